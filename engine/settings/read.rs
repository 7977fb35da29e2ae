//! Reading one value: numbers, lists, ranges `lin(a,b,n)` and `log(a,b,n)`, words and paths, each inside its domain.

use super::error::nearest;
use super::{Assignment, Domain, Problem, Raw, SettingsError, Value, plain};

/// Most points that one range may have.
const LONGEST_RANGE: usize = 100_000;

/// Reads one assignment as values of `domain`; lists and ranges where it is an axis or the domain is a list.
pub(super) fn values(assignment: &Assignment, domain: &Domain, axis: bool) -> Result<Vec<Value>, SettingsError> {
    let wrong_type = || {
        let ranges = if axis && is_number(domain) { ", a list, or a range lin(a,b,n) or log(a,b,n)" } else { "" };
        assignment.error(Problem::WrongType { expected: format!("{}{ranges}", domain.expected()) })
    };
    let values: Vec<Value> = match (&assignment.raw, domain) {
        (Raw::Bare(text), Domain::Choice(_) | Domain::Source { .. }) => {
            let words = if axis { text.split(',').map(str::trim).collect() } else { vec![text.as_str()] };
            words.into_iter().map(|word| Value::Text(word.to_owned())).collect()
        }
        (Raw::Bare(text), Domain::Integers { .. }) => {
            let inner = text.trim_start_matches('[').trim_end_matches(']');
            let list: Option<Vec<i64>> = inner.split(',').map(|word| whole(word.trim())).collect();
            vec![Value::Integers(list.ok_or_else(wrong_type)?)]
        }
        (Raw::Bare(text) | Raw::Typed(toml::Value::String(text)), _) if is_number(domain) => match range(text) {
            Some(points) => {
                let points =
                    points.map_err(|allowed| assignment.error(Problem::NotAllowed { allowed, nearest: None }))?;
                points.into_iter().map(|point| on_range(point, domain)).collect()
            }
            None if matches!(assignment.raw, Raw::Typed(_)) => return Err(wrong_type()),
            None => text
                .split(',')
                .map(|word| bare_number(word.trim(), domain))
                .collect::<Option<_>>()
                .ok_or_else(wrong_type)?,
        },
        (Raw::Typed(toml::Value::Array(list)), Domain::Integers { .. }) => {
            let list: Option<Vec<i64>> = list.iter().map(toml::Value::as_integer).collect();
            vec![Value::Integers(list.ok_or_else(wrong_type)?)]
        }
        (Raw::Typed(toml::Value::Array(list)), _) => {
            list.iter().map(|value| typed(value, domain)).collect::<Option<_>>().ok_or_else(wrong_type)?
        }
        (Raw::Typed(value), _) => vec![typed(value, domain).ok_or_else(wrong_type)?],
        (Raw::Bare(_), _) => unreachable!("numbers, words and lists of whole numbers are all there is"),
    };
    if values.is_empty() {
        return Err(wrong_type());
    }
    match values.iter().find(|value| !allows(domain, value)) {
        None => Ok(values),
        Some(bad) => Err(SettingsError {
            key: assignment.key.clone(),
            value: plain(bad),
            origin: assignment.origin.clone(),
            problem: Problem::NotAllowed {
                allowed: format!("allowed are {}", domain.allowed()),
                nearest: nearest_allowed(domain, bad),
            },
        }),
    }
}

fn is_number(domain: &Domain) -> bool {
    matches!(domain, Domain::Integer { .. } | Domain::Real { .. })
}

/// A whole number from text; `1e5` is one too.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let value: f64 = text.parse().ok()?;
        (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
    })
}

fn bare_number(text: &str, domain: &Domain) -> Option<Value> {
    match domain {
        Domain::Integer { .. } => whole(text).map(Value::Integer),
        _ => text.parse().ok().map(Value::Real),
    }
}

fn typed(value: &toml::Value, domain: &Domain) -> Option<Value> {
    match (value, domain) {
        (toml::Value::Integer(value), Domain::Integer { .. }) => Some(Value::Integer(*value)),
        (toml::Value::Integer(value), Domain::Real { .. }) => Some(Value::Real(*value as f64)),
        (toml::Value::Float(value), Domain::Real { .. }) => Some(Value::Real(*value)),
        (toml::Value::Integer(value), Domain::Integers { .. }) => Some(Value::Integers(vec![*value])),
        (toml::Value::String(text), Domain::Choice(_) | Domain::Source { .. }) => Some(Value::Text(text.clone())),
        // `bias = true` reads better than `bias = "true"`.
        (toml::Value::Boolean(value), Domain::Choice(words)) if words.contains(&"true") => {
            Some(Value::Text(value.to_string()))
        }
        _ => None,
    }
}

/// The points of `lin(a,b,n)` or `log(a,b,n)`; `None` if the text is no range at all.
fn range(text: &str) -> Option<Result<Vec<f64>, String>> {
    let (logarithmic, inner) = match text.trim() {
        text if text.starts_with("lin(") => (false, &text[4..]),
        text if text.starts_with("log(") => (true, &text[4..]),
        _ => return None,
    };
    Some(range_points(logarithmic, inner))
}

fn range_points(logarithmic: bool, inner: &str) -> Result<Vec<f64>, String> {
    let shape = "a range is lin(first,last,count) or log(first,last,count)";
    let inner = inner.strip_suffix(')').ok_or(shape)?;
    let [first, last, count] = inner.split(',').map(str::trim).collect::<Vec<_>>()[..] else {
        return Err(shape.to_owned());
    };
    let end = |text: &str| {
        text.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or(format!("{shape}; `{text}` is no number"))
    };
    let (first, last) = (end(first)?, end(last)?);
    let count: usize = count.parse().map_err(|_| format!("{shape}; `{count}` is no count"))?;
    if !(1..=LONGEST_RANGE).contains(&count) {
        return Err(format!("a range has 1 to {LONGEST_RANGE} points"));
    }
    if logarithmic && !(first > 0.0 && last > 0.0) {
        return Err("the ends of a log range are above 0".to_owned());
    }
    let point = |i: usize| {
        let t = if count == 1 { 0.0 } else { i as f64 / (count - 1) as f64 };
        match (i, logarithmic) {
            (0, _) => first,
            (i, _) if i + 1 == count => last,
            (_, false) => first + t * (last - first),
            (_, true) => (first.ln() + t * (last.ln() - first.ln())).exp(),
        }
    };
    Ok((0..count).map(|i| twelve_digits(point(i))).collect())
}

/// `x` rounded to 12 significant digits, so that a range has the same points on every machine.
pub fn twelve_digits(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

fn on_range(point: f64, domain: &Domain) -> Value {
    match domain {
        Domain::Integer { .. } => Value::Integer(point.round() as i64),
        _ => Value::Real(point),
    }
}

pub(super) fn allows(domain: &Domain, value: &Value) -> bool {
    match (domain, value) {
        (Domain::Integer { min, max }, Value::Integer(x)) => (min..=max).contains(&x),
        (Domain::Real { min, max, open }, Value::Real(x)) => {
            x.is_finite() && x <= max && (x > min || (!open && x == min))
        }
        (Domain::Choice(words), Value::Text(word)) => words.contains(&word.as_str()),
        (Domain::Source { words, prefixes }, Value::Text(word)) => {
            words.contains(&word.as_str())
                || prefixes.iter().any(|prefix| word.strip_prefix(prefix).is_some_and(|path| !path.is_empty()))
        }
        (Domain::Integers { min, max }, Value::Integers(list)) => {
            !list.is_empty() && list.iter().all(|x| (min..=max).contains(&x))
        }
        _ => false,
    }
}

fn nearest_allowed(domain: &Domain, value: &Value) -> Option<String> {
    match (domain, value) {
        (Domain::Integer { min, max }, Value::Integer(x)) => Some((*x).clamp(*min, *max).to_string()),
        (Domain::Real { min, open: true, .. }, Value::Real(x)) if x <= min => Some(format!("any number above {min}")),
        (Domain::Real { min, max, .. }, Value::Real(x)) if x.is_finite() => {
            Some(crate::table::shortest(x.clamp(*min, *max)))
        }
        (Domain::Choice(words), Value::Text(word)) => nearest(word, words.iter().copied()),
        (Domain::Source { words, prefixes }, Value::Text(word)) => {
            nearest(word, words.iter().chain(*prefixes).copied())
        }
        (Domain::Integers { min, max }, Value::Integers(list)) => {
            let clamped: Vec<i64> = list.iter().map(|x| (*x).clamp(*min, *max)).collect();
            (!clamped.is_empty()).then(|| plain(&Value::Integers(clamped)))
        }
        _ => None,
    }
}
