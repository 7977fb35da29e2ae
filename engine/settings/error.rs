//! What can be wrong with a setting. Every message names the key, the value, what is allowed and where it was written.

use super::{Domain, Origin};
use std::fmt;

/// One wrong setting.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct SettingsError {
    /// The key as written.
    pub key: String,
    /// The value as written, or empty where the key itself is wrong.
    pub value: String,
    /// Where it was written.
    pub origin: Origin,
    /// What is wrong with it.
    pub problem: Problem,
}

/// The ways to be wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// No field of this name here.
    UnknownKey {
        /// The closest known key, if any is close.
        nearest: Option<String>,
        /// All known keys.
        known: Vec<String>,
    },
    /// The value is of another type.
    WrongType {
        /// What was expected, in words.
        expected: String,
    },
    /// The value is of the right type and not allowed.
    NotAllowed {
        /// The allowed values, in words.
        allowed: String,
        /// The nearest allowed value, if there is one.
        nearest: Option<String>,
    },
    /// A known key that changes nothing in these settings.
    WithoutEffect {
        /// Why.
        because: String,
    },
    /// The same thing was said twice.
    Twice {
        /// The other key, or the same key at another place.
        other: String,
    },
    /// A list or range for a field that this experiment does not sweep.
    NotAnAxis {
        /// The axes it does sweep.
        axes: Vec<String>,
    },
    /// Each value is allowed, and together they are not.
    Conflict {
        /// What must hold.
        must: String,
        /// The nearest value of this key that works, if there is one.
        nearest: Option<String>,
    },
    /// The files or arrays that the value names do not do.
    Unusable {
        /// Why.
        why: String,
    },
    /// A key that these settings need is missing.
    Missing {
        /// What it is for.
        why: String,
    },
}

impl SettingsError {
    /// A conflict between settings that are allowed one by one.
    pub fn conflict(key: &str, value: impl fmt::Display, must: impl Into<String>, nearest: Option<String>) -> Self {
        SettingsError {
            key: key.to_owned(),
            value: value.to_string(),
            origin: Origin::Default,
            problem: Problem::Conflict { must: must.into(), nearest },
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SettingsError { key, value, origin, problem } = self;
        let shown = if value.is_empty() { format!("`{key}`") } else { format!("`{key} = {value}`") };
        match problem {
            Problem::UnknownKey { nearest, known } => {
                write!(f, "unknown key {shown}{origin}")?;
                if let Some(nearest) = nearest {
                    write!(f, "; did you mean `{nearest}`?")?;
                }
                if known.is_empty() {
                    write!(f, "; nothing can be set here")
                } else {
                    write!(f, " Known keys: {}", known.join(", "))
                }
            }
            Problem::WrongType { expected } => write!(f, "{shown}{origin} has the wrong type: expected {expected}"),
            Problem::NotAllowed { allowed, nearest } => {
                write!(f, "{shown}{origin} is not allowed: {allowed}")?;
                nearest.iter().try_for_each(|nearest| write!(f, "; nearest: {nearest}"))
            }
            Problem::WithoutEffect { because } => write!(f, "{shown}{origin} has no effect: {because}"),
            Problem::Twice { other } => write!(f, "{shown}{origin} says again what {other} says; give one of them"),
            Problem::NotAnAxis { axes } => {
                write!(f, "{shown}{origin}: this experiment does not vary `{key}`; ")?;
                if axes.is_empty() {
                    write!(f, "it varies nothing")
                } else {
                    write!(f, "it varies {}", axes.join(", "))
                }
            }
            Problem::Conflict { must, nearest } => {
                write!(f, "{shown}{origin} cannot be: {must}")?;
                nearest.iter().try_for_each(|nearest| write!(f, "; nearest: {nearest}"))
            }
            Problem::Unusable { why } => write!(f, "{shown}{origin} cannot be used: {why}"),
            Problem::Missing { why } => write!(f, "`{key}`{origin} is missing: {why}"),
        }
    }
}

impl Domain {
    /// The type that this domain expects, in words.
    pub fn expected(&self) -> &'static str {
        match self {
            Domain::Integer { .. } => "a whole number",
            Domain::Real { .. } => "a number",
            Domain::Choice(_) | Domain::Source { .. } => "a word",
            Domain::Integers { .. } => "a list of whole numbers",
        }
    }

    /// The allowed values, in words.
    pub fn allowed(&self) -> String {
        match self {
            Domain::Integer { min, max } | Domain::Integers { min, max } if *max == i64::MAX => {
                format!("whole numbers from {min}")
            }
            Domain::Integer { min, max } | Domain::Integers { min, max } => {
                format!("whole numbers from {min} to {max}")
            }
            Domain::Real { min, max, open } => {
                let from = if *open { "above" } else { "from" };
                if *max == f64::MAX {
                    format!("numbers {from} {min}")
                } else {
                    format!("numbers {from} {min} to {max}")
                }
            }
            Domain::Choice(words) => format!("one of {}", words.join(", ")),
            Domain::Source { words, prefixes } => {
                let paths = prefixes.iter().map(|prefix| format!("{prefix}PATH"));
                let all: Vec<String> = words.iter().map(|word| (*word).to_owned()).chain(paths).collect();
                format!("one of {}", all.join(", "))
            }
        }
    }
}

/// The known word closest to `word`, if any is close enough to be a slip of the finger.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Among words equally many edits away, the one that begins and sounds alike.
    let distance = |name: &str| (strsim::damerau_levenshtein(word, name), 1.0 - strsim::jaro_winkler(word, name));
    let best =
        known.into_iter().min_by(|a, b| distance(a).partial_cmp(&distance(b)).expect("distances are numbers"))?;
    let limit = (word.chars().count() / 2).max(1);
    (distance(best).0 <= limit).then(|| best.to_owned())
}
