//! The few pieces of HTML that the report is made of. Everything that is not markup goes through [`text`].

use std::fmt::Display;

/// Text that is no markup, whatever it holds.
pub(super) fn text(plain: impl Display) -> String {
    let mut out = String::new();
    for sign in plain.to_string().chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            sign => out.push(sign),
        }
    }
    out
}

/// A table; heads are text, cells are HTML. A column that is empty in every row is left out; wide tables scroll.
pub(super) fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let filled: Vec<bool> = (0..heads.len()).map(|at| rows.iter().any(|row| !row[at].is_empty())).collect();
    let shown = |tag: &str, cells: &[String]| {
        let cells = cells.iter().zip(&filled).filter(|(_, filled)| **filled);
        cells.map(|(cell, _)| format!("<{tag}>{cell}</{tag}>")).collect::<String>()
    };
    let heads = shown("th", &heads.iter().map(text).collect::<Vec<_>>());
    let rows: String = rows.iter().map(|row| format!("<tr>{}</tr>\n", shown("td", row))).collect();
    format!("<div class=\"wide\"><table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table></div>\n")
}

/// A list of terms and what they are; terms are text, descriptions HTML. What is `None` is left out.
pub(super) fn facts<'a>(pairs: impl IntoIterator<Item = (&'a str, Option<String>)>) -> String {
    let pair = |(term, what): (&str, Option<String>)| {
        what.map(|what| format!("<dt>{}</dt><dd>{what}</dd>\n", text(term))).unwrap_or_default()
    };
    format!("<dl class=\"facts\">\n{}</dl>\n", pairs.into_iter().map(pair).collect::<String>())
}

/// Something that opens; the heading is text, the inside HTML.
pub(super) fn details(heading: &str, inside: &str) -> String {
    format!("<details><summary>{}</summary>\n{inside}</details>\n", text(heading))
}

/// A list of texts; nothing if there are none.
pub(super) fn list<T: Display>(heading: &str, items: &[T]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: String = items.iter().map(|item| format!("<li>{}</li>\n", text(item))).collect();
    format!("<h4>{}</h4>\n<ul>\n{items}</ul>\n", text(heading))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_without_a_filled_cell_is_left_out() {
        let rows = [["1", "", "x"], ["2", "", ""]].map(|row| row.map(str::to_owned).to_vec());
        let table = table(&["a", "b", "c"], rows);
        assert!(table.contains("<th>a</th><th>c</th>") && table.contains("<td>2</td><td></td>"), "{table}");
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(
            text("<script>\"a\" & 'b'</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"
        );
    }
}
