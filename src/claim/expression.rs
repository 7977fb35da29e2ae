//! Somebody's inequality as text: two expressions around one relation sign.
//!
//! The crate `exmex` parses and evaluates an expression. Before that the text is read word by word, so that every name is
//! known, numbers may have exponents, functions of two arguments may nest, and what `exmex` reads otherwise than
//! mathematics does, -x^2 as (-x)^2 and a^b^c as (a^b)^c, is refused instead of guessed.

use exmex::{Express, FlatEx, FloatOpsFactory, MatchLiteral, literal_matcher_from_pattern};
use std::fmt;

literal_matcher_from_pattern!(Numbers, r"^([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?");
type Compiled = FlatEx<f64, FloatOpsFactory<f64>, Numbers>;

/// Characters of a statement at most, so that nothing nests without end.
const LONGEST: usize = 1000;
/// Functions of one argument.
pub const FUNCTIONS: [&str; 26] = [
    "abs", "signum", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "floor", "round", "ceil", "trunc", "fract", "exp", "sqrt", "cbrt", "ln", "log2", "log10", "log",
];
/// Functions of two arguments.
pub const FUNCTIONS_OF_TWO: [&str; 3] = ["min", "max", "atan2"];
/// Constants.
pub const CONSTANTS: [&str; 3] = ["PI", "E", "e"];

/// Why a text is no statement, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExpressionError(pub String);

/// What a statement says of its left side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
}

impl Relation {
    /// Whether it holds between two numbers.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Relation::AtLeast => left >= right,
            Relation::AtMost => left <= right,
            Relation::Above => left > right,
            Relation::Below => left < right,
        }
    }

    /// Left and right, the one that is claimed to be larger first.
    pub fn larger_first<T>(self, left: T, right: T) -> (T, T) {
        match self {
            Relation::AtLeast | Relation::Above => (left, right),
            Relation::AtMost | Relation::Below => (right, left),
        }
    }
}

/// One side, ready to be evaluated.
#[derive(Clone)]
pub struct Expression {
    text: String,
    names: Vec<String>,
    compiled: Compiled,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").field("text", &self.text).finish_non_exhaustive()
    }
}

/// Two sides and a relation.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Left of the sign.
    pub left: Expression,
    /// The sign.
    pub relation: Relation,
    /// Right of it.
    pub right: Expression,
}

impl Statement {
    /// Reads `LEFT >= RIGHT`, or with another of the four signs.
    ///
    /// # Errors
    /// [`ExpressionError`] says what is wrong and what to write instead.
    pub fn parse(text: &str) -> Result<Statement, ExpressionError> {
        if text.chars().count() > LONGEST {
            return refuse(format!("the statement is longer than {LONGEST} characters"));
        }
        let signs: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| "<>=".contains(*c)).collect();
        let (at, relation, length) = match signs.as_slice() {
            [(at, '>')] => (*at, Relation::Above, 1),
            [(at, '<')] => (*at, Relation::Below, 1),
            [(at, '>'), (next, '=')] if *next == at + 1 => (*at, Relation::AtLeast, 2),
            [(at, '<'), (next, '=')] if *next == at + 1 => (*at, Relation::AtMost, 2),
            [] => return refuse("there is no relation sign: write LEFT >= RIGHT, or <=, >, <".to_owned()),
            _ => return refuse("there has to be one relation sign, and it is one of >=, <=, >, <".to_owned()),
        };
        let (left, right) = (&text[..at], &text[at + length..]);
        Ok(Statement { left: Expression::parse(left, "left")?, relation, right: Expression::parse(right, "right")? })
    }

    /// The names on both sides, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.left.names.iter().chain(&self.right.names).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Expression {
    fn parse(text: &str, side: &str) -> Result<Expression, ExpressionError> {
        let words = words(text)?;
        if words.is_empty() {
            return refuse(format!("there is nothing on the {side} of the relation sign"));
        }
        let text = text.trim();
        refuse_open_parentheses(&words, text)?;
        refuse_what_reads_two_ways(&words, text)?;
        let mut names: Vec<String> = words
            .iter()
            .filter_map(|word| if let Word::Name(name) = word { Some((*name).to_owned()) } else { None })
            .collect();
        names.sort_unstable();
        names.dedup();
        let canonical = canonical(&words, &names, text)?;
        // Its own messages count operators and nodes; what is wrong is nearly always a missing or doubled one.
        match Compiled::parse(&canonical) {
            Ok(compiled) if compiled.var_names().len() == names.len() => {
                Ok(Expression { text: text.to_owned(), names, compiled })
            }
            _ => refuse(format!(
                "`{text}` is no expression: an operator or a number is missing, or there is one too many"
            )),
        }
    }

    /// Whether it is a name and nothing else.
    pub fn is_a_name(&self) -> bool {
        self.names.first() == Some(&self.text)
    }

    /// The names in it, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Its value where each name has the value of the same place; NaN if it has none.
    pub fn value(&self, values: &[f64]) -> f64 {
        self.compiled.eval(values).unwrap_or(f64::NAN)
    }
}

fn refuse<T>(why: String) -> Result<T, ExpressionError> {
    Err(ExpressionError(why))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word<'t> {
    Number(&'t str),
    Name(&'t str),
    Constant(&'t str),
    Function(&'t str),
    Symbol(char),
}

/// The words of a text.
fn words(text: &str) -> Result<Vec<Word<'_>>, ExpressionError> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_alphabetic() || first == '_' {
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if let Some(number) = Numbers::is_literal(rest) {
            number.len()
        } else if "+-*/^(),".contains(first) {
            first.len_utf8()
        } else {
            return refuse(format!(
                "`{first}` has no meaning here; there are + - * / ^ ( ) , numbers, names and functions"
            ));
        };
        let (word, after) = rest.split_at(length);
        words.push(match word {
            _ if FUNCTIONS.contains(&word) || FUNCTIONS_OF_TWO.contains(&word) => Word::Function(word),
            _ if CONSTANTS.contains(&word) => Word::Constant(word),
            _ if first.is_ascii_alphabetic() || first == '_' => Word::Name(word),
            _ if length == 1 && "+-*/^(),".contains(first) => Word::Symbol(first),
            _ => Word::Number(word),
        });
        rest = after.trim_start();
    }
    Ok(words)
}

fn refuse_open_parentheses(words: &[Word<'_>], text: &str) -> Result<(), ExpressionError> {
    let mut depth = 0_i64;
    for word in words {
        depth += match word {
            Word::Symbol('(') => 1,
            Word::Symbol(')') => -1,
            _ => 0,
        };
        if depth < 0 {
            break;
        }
    }
    if depth == 0 { Ok(()) } else { refuse(format!("the parentheses of `{text}` do not match")) }
}

/// Refuses -x^2, x^y^z and functions without parentheses.
fn refuse_what_reads_two_ways(words: &[Word<'_>], text: &str) -> Result<(), ExpressionError> {
    for (at, word) in words.iter().enumerate() {
        if let Word::Function(name) = word
            && words.get(at + 1) != Some(&Word::Symbol('('))
        {
            return refuse(format!("`{name}` is a function: write {name}(...)"));
        }
        if *word != Word::Symbol('^') || at == 0 {
            continue;
        }
        let base = start_of_factor(words, at - 1);
        let before = base.checked_sub(1).map(|at| words[at]);
        if before == Some(Word::Symbol('^')) {
            return refuse(format!("`{text}` has x^y^z, which reads two ways: write (x^y)^z or x^(y^z)"));
        }
        let after = base.checked_sub(2).map(|at| words[at]);
        let operand = matches!(after, Some(Word::Number(_) | Word::Name(_) | Word::Constant(_) | Word::Symbol(')')));
        if matches!(before, Some(Word::Symbol('-' | '+'))) && !operand {
            return refuse(format!("`{text}` has -x^y, which reads two ways: write (-x)^y or -(x^y)"));
        }
    }
    Ok(())
}

/// Where the factor that ends at `end` begins: a number, a name, or something in parentheses with its function.
fn start_of_factor(words: &[Word<'_>], end: usize) -> usize {
    let mut at = end;
    let mut depth = 0_i64;
    loop {
        match words[at] {
            Word::Symbol(')') => depth += 1,
            Word::Symbol('(') => depth -= 1,
            _ => {}
        }
        if depth <= 0 || at == 0 {
            break;
        }
        at -= 1;
    }
    match at.checked_sub(1).map(|before| words[before]) {
        Some(Word::Function(_)) if words[at] == Word::Symbol('(') => at - 1,
        _ => at,
    }
}

/// The text that `exmex` reads: names by number in sorted order, and f(a, b) as ((a) f (b)).
fn canonical(words: &[Word<'_>], names: &[String], text: &str) -> Result<String, ExpressionError> {
    let mut out = String::new();
    // One entry per open parenthesis: the function of two arguments that it belongs to, if its comma is still to come.
    let mut open: Vec<Option<(&str, bool)>> = Vec::new();
    let mut before = None;
    for word in words {
        match *word {
            Word::Number(word) | Word::Constant(word) => out += &format!(" {word} "),
            // Padded, so that names sort as their numbers do.
            Word::Name(name) => {
                out += &format!(" x{:04} ", names.iter().position(|known| known == name).expect("collected"))
            }
            Word::Function(name) if FUNCTIONS_OF_TWO.contains(&name) => {}
            Word::Function(name) => out += name,
            Word::Symbol('(') => {
                let of_two = before.and_then(|word| match word {
                    Word::Function(name) if FUNCTIONS_OF_TWO.contains(&name) => Some((name, false)),
                    _ => None,
                });
                out += if of_two.is_some() { "((" } else { "(" };
                open.push(of_two);
            }
            Word::Symbol(',') => match open.last_mut() {
                Some(Some((name, seen))) if !*seen => {
                    *seen = true;
                    out += &format!(") {name} (");
                }
                _ => return refuse(format!("`{text}` has a comma that belongs to no function of two arguments")),
            },
            Word::Symbol(')') => match open.pop().expect("parentheses match") {
                Some((name, false)) => return refuse(format!("`{name}` takes two arguments: write {name}(a, b)")),
                Some(_) => out += "))",
                None => out.push(')'),
            },
            Word::Symbol(symbol) => out.push(symbol),
        }
        before = Some(*word);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The value of an expression where every name is 3.
    fn value(text: &str) -> Result<f64, String> {
        let statement = Statement::parse(&format!("{text} >= 0")).map_err(|error| error.0)?;
        Ok(statement.left.value(&vec![3.0; statement.left.names().len()]))
    }

    #[test]
    fn expressions_have_the_values_of_mathematics() {
        for (text, expected) in [
            ("0.5*eps*sqrt(n*d/p_eff)", 4.5 / 3.0_f64.sqrt() / 3.0_f64.sqrt() * 3.0_f64.sqrt()),
            ("1e-3*x", 0.003),
            (".5 + 2. - 1.5E+1", -12.5),
            ("3-2-1", 0.0),
            ("2/3/4", 1.0 / 6.0),
            ("1-2^2", -3.0),
            ("-2*x^2", -18.0),
            ("(-x)^2", 9.0),
            ("-(x^2)", -9.0),
            ("2^-n", 0.125),
            ("(2^3)^2", 64.0),
            ("min(1, max(2, x)) + max(min(x, 5), atan2(0, 1))", 4.0),
            ("max_gap - minimum + log_n", 3.0),
            ("ln(e) + log2(8) + log10(100) + log(E)", 7.0),
            ("x/0", f64::INFINITY),
        ] {
            let found = value(text).unwrap();
            assert!(found == expected || (found - expected).abs() < 1e-12, "{text} is {found}, expected {expected}");
        }
        assert!(value("sqrt(0-x)").unwrap().is_nan());
    }

    #[test]
    fn names_keep_their_places_whatever_their_order() {
        let statement = Statement::parse("b - 2*a + max(c, a) < c").unwrap();
        assert_eq!((statement.left.names().join(" "), statement.names().join(" ")), ("a b c".into(), "a b c".into()));
        assert_eq!(statement.left.value(&[1.0, 10.0, 5.0]), 13.0);
    }

    #[test]
    fn relations_hold_as_they_are_written() {
        for (sign, below, equal, above) in
            [(">=", false, true, true), ("<=", true, true, false), (">", false, false, true), ("<", true, false, false)]
        {
            let relation = Statement::parse(&format!("x {sign} y")).unwrap().relation;
            let held = [1.0, 2.0, 3.0].map(|left| relation.holds(left, 2.0));
            assert_eq!(held, [below, equal, above], "{sign}");
            assert!(!relation.holds(f64::NAN, 2.0) && !relation.holds(2.0, f64::NAN));
        }
    }

    #[test]
    fn what_is_no_statement_is_refused_with_the_way_out() {
        for (text, part) in [
            ("", "no relation sign"),
            ("x", "no relation sign"),
            ("x = y", "one of >=, <=, >, <"),
            ("x == y", "one relation sign"),
            ("x => y", "one relation sign"),
            ("1 < x < 2", "one relation sign"),
            ("x > = y", "one relation sign"),
            (">= y", "nothing on the left"),
            ("x >=  ", "nothing on the right"),
            ("-x^2 > 0", "(-x)^y or -(x^y)"),
            ("2*-x^2 > 0", "(-x)^y or -(x^y)"),
            ("-sqrt(x)^2 > 0", "(-x)^y or -(x^y)"),
            ("2^3^2 > 0", "(x^y)^z"),
            ("2^(3)^2 > 0", "(x^y)^z"),
            ("sqrt x > 0", "sqrt(...)"),
            ("2 max 3 > 0", "max(...)"),
            ("max(1) > 0", "two arguments"),
            ("max(1,2,3) > 0", "comma"),
            ("(1,2) > 0", "comma"),
            ("(x > 0", "parentheses"),
            ("x) > 0", "parentheses"),
            (")x( > 0", "parentheses"),
            ("2x > 0", "operator"),
            ("x y > 0", "operator"),
            ("x + > 0", "operator"),
            ("sqrt() > 0", "operator"),
            ("5% > 0", "`%` has no meaning"),
            ("σ > 0", "`σ` has no meaning"),
        ] {
            let said = Statement::parse(text).unwrap_err().0;
            assert!(said.contains(part), "{text}: `{said}` lacks `{part}`");
        }
        assert!(Statement::parse(&format!("{} > 0", "(".repeat(2000))).unwrap_err().0.contains("longer"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = Statement::parse(&text).map(|statement| statement.left.value(&[1.0; 60]));
        }

        #[test]
        fn no_row_of_words_panics(words in prop::collection::vec(prop::sample::select(vec![
            "x", "keep", "1", "2.5", "1e3", "+", "-", "*", "/", "^", "(", ")", ",", "min", "max", "sqrt", "PI", " ", ">=", "<",
        ]), 0..20)) {
            if let Ok(statement) = Statement::parse(&words.concat()) {
                let _ = statement.left.value(&vec![2.0; statement.left.names().len()]);
            }
        }
    }
}
