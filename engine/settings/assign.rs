//! Reading what a person wrote: `key=value` words and TOML, each with the place where it stands.

use super::{Problem, SettingsError};
use std::fmt;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: a default.
    Default,
    /// A word of the command line, such as `--set`.
    Word(&'static str),
    /// A line of a file, counted from 1.
    Line {
        /// The file's name.
        file: String,
        /// The line.
        line: usize,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => Ok(()),
            Origin::Word(word) => write!(f, " ({word})"),
            Origin::Line { file, line } => write!(f, " ({file}, line {line})"),
        }
    }
}

/// A value before anybody asked what type it should have.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// Bare text, from the command line: its type is the field's.
    Bare(String),
    /// A typed value, from TOML.
    Typed(toml::Value),
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Raw::Bare(text) => f.write_str(text),
            Raw::Typed(value) => write!(f, "{value}"),
        }
    }
}

/// One `key = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The key as written; keys in TOML sections are joined by points.
    pub key: String,
    /// The value as written.
    pub raw: Raw,
    /// Where.
    pub origin: Origin,
}

impl Assignment {
    /// Reads one `key=value` word.
    ///
    /// # Errors
    /// If there is no `=`, or nothing before it.
    pub fn from_word(word: &str, flag: &'static str) -> Result<Assignment, SettingsError> {
        match word.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok(Assignment {
                key: key.trim().to_owned(),
                raw: Raw::Bare(value.trim().to_owned()),
                origin: Origin::Word(flag),
            }),
            _ => Err(SettingsError {
                key: word.to_owned(),
                value: String::new(),
                origin: Origin::Word(flag),
                problem: Problem::WrongType { expected: "key=value".to_owned() },
            }),
        }
    }

    /// An assignment made by the program itself, in the grammar of `--set`.
    pub fn own(key: &str, value: impl Into<String>) -> Assignment {
        Assignment { key: key.to_owned(), raw: Raw::Bare(value.into()), origin: Origin::Default }
    }

    fn refuse(&self, problem: Problem) -> SettingsError {
        SettingsError { key: self.key.clone(), value: self.raw.to_string(), origin: self.origin.clone(), problem }
    }

    /// This assignment's error for `problem`.
    pub fn error(&self, problem: Problem) -> SettingsError {
        self.refuse(problem)
    }
}

/// Reads a TOML document into assignments, sections flattened to `section.key`, in the order of the file. An empty
/// section is an assignment too: nothing that is written may pass unseen.
///
/// # Errors
/// The parser's own message, which names line and column, with the file's name before it.
pub fn from_toml(text: &str, file: &str) -> Result<Vec<Assignment>, String> {
    let refuse = |error: toml::de::Error| format!("{file}: {}", error.to_string().trim_end());
    // Once for the places of the keys, once for their values.
    let places = toml::de::DeTable::parse(text).map_err(refuse)?;
    let values: toml::Table = toml::from_str(text).map_err(refuse)?;
    let mut found = Vec::new();
    flatten("", places.get_ref(), &values, &mut found);
    found.sort_by_key(|(start, ..)| *start);
    let assignment = |(start, key, value): (usize, String, &toml::Value)| Assignment {
        key,
        raw: Raw::Typed(value.clone()),
        origin: Origin::Line { file: file.to_owned(), line: text[..start].matches('\n').count() + 1 },
    };
    Ok(found.into_iter().map(assignment).collect())
}

fn flatten<'v>(
    section: &str,
    places: &toml::de::DeTable<'_>,
    values: &'v toml::Table,
    found: &mut Vec<(usize, String, &'v toml::Value)>,
) {
    for (key, place) in places {
        let key_text = key.get_ref().as_ref();
        let name = if section.is_empty() { key_text.to_owned() } else { format!("{section}.{key_text}") };
        match (place.get_ref().as_table(), values.get(key_text)) {
            (Some(inner), Some(toml::Value::Table(below))) if !below.is_empty() => flatten(&name, inner, below, found),
            (_, Some(value)) => found.push((key.span().start, name, value)),
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_keys_keep_their_lines() {
        let found = from_toml("samples = 20\n\n[train]\n# a comment\nrate = 0.5\n", "a.toml").unwrap();
        let shown: Vec<String> = found.iter().map(|a| format!("{}={}{}", a.key, a.raw, a.origin)).collect();
        assert_eq!(shown, ["samples=20 (a.toml, line 1)", "train.rate=0.5 (a.toml, line 5)"]);
    }

    #[test]
    fn an_empty_section_does_not_pass_unseen() {
        let found = from_toml("rate = {}\n[trian]\n", "a.toml").unwrap();
        let shown: Vec<String> = found.iter().map(|a| format!("{}={}{}", a.key, a.raw, a.origin)).collect();
        assert_eq!(shown, ["rate={} (a.toml, line 1)", "trian={} (a.toml, line 2)"]);
    }

    #[test]
    fn broken_toml_names_the_file() {
        assert!(from_toml("samples = = 3", "b.toml").unwrap_err().starts_with("b.toml: "));
    }

    #[test]
    fn a_word_without_equals_is_refused() {
        assert!(Assignment::from_word("samples", "--set").is_err());
        assert!(Assignment::from_word("=3", "--set").is_err());
        let good = Assignment::from_word("keep=log(0.001,1,20)", "--set").unwrap();
        assert_eq!((good.key.as_str(), good.raw.to_string().as_str()), ("keep", "log(0.001,1,20)"));
    }
}
