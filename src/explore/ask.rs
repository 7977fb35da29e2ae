//! From a query to a checked study, and the command line that computes the same rows.
//!
//! `view` names the part of the page that asks, `sim` and `effort` are as on the command line, `near=axis=value` says
//! which cells come first, `only=stored` asks for what is there already, and `figure` and `format` name a file. Every
//! other pair is a setting in the grammar of `--set`, so that the checks, and the messages, are those of `prunelaw run`.

use super::desk::{VIEWS, View};
use super::{Lab, Refusal};
use crate::engine::effort::Effort;
use crate::engine::settings::error::nearest;
use crate::engine::settings::{Assignment, Request, Value, plain};
use crate::runner::{Experiment, Layers, Study, sim_request};
use crate::sims::Sim;
use axum::extract::Query;
use axum::http::Uri;

/// Most (cell, replica) pairs of one question: the page could not show more, and the server holds their rows.
const MOST_JOBS: u64 = 20_000;
/// Characters of one value: lists of some hundred cells, and no more.
const LONGEST_VALUE: usize = 4_000;

/// A question that can be computed.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) study: Study,
    /// The command that computes the same rows into the same store.
    pub(super) command: String,
}

/// A question of a view.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) view: View,
    pub(super) question: Question,
    /// Whether nothing is to be computed.
    pub(super) stored: bool,
}

/// The pairs of a query.
#[derive(Default)]
pub(super) struct Words {
    view: Option<String>,
    sim: Option<String>,
    effort: Option<String>,
    only: Option<String>,
    /// The figure that is to draw the rows, and the form of a file.
    pub(super) figure: Option<String>,
    pub(super) format: Option<String>,
    near: Vec<String>,
    replicas: Option<String>,
    key: Option<String>,
    set: Vec<String>,
}

impl Words {
    pub(super) fn read(uri: &Uri) -> Result<Words, Refusal> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Refusal::bad(format!("the query cannot be read: {error}")))?;
        let mut words = Words::default();
        for (name, value) in pairs {
            if value.len() > LONGEST_VALUE {
                return Err(Refusal::bad(format!("the value of `{name}` is longer than {LONGEST_VALUE} characters")));
            }
            let once = match name.as_str() {
                "view" => &mut words.view,
                "sim" => &mut words.sim,
                "effort" => &mut words.effort,
                "only" => &mut words.only,
                "figure" => &mut words.figure,
                "format" => &mut words.format,
                "replicas" => &mut words.replicas,
                "key" => &mut words.key,
                "near" => {
                    words.near.push(value);
                    continue;
                }
                _ => {
                    if ["npz:", "idx:"].iter().any(|prefix| value.contains(prefix)) {
                        let message = format!("`{name} = {value}`: the explorer reads no files; use prunelaw run");
                        return Err(Refusal::bad(message));
                    }
                    words.set.push(format!("{name}={value}"));
                    continue;
                }
            };
            if once.replace(value).is_some() {
                return Err(Refusal::bad(format!("`{name}` is there twice")));
            }
        }
        Ok(words)
    }
}

impl Ask {
    /// Reads and checks a query.
    pub(super) fn read(uri: &Uri, lab: &Lab) -> Result<Ask, Refusal> {
        let words = Words::read(uri)?;
        let view = View::of(&known("view", words.view.as_deref(), VIEWS)?);
        let stored = words.only.is_some();
        if stored {
            known("only", words.only.as_deref(), &["stored"])?;
        }
        Ok(Ask { view, question: Question::read(&words, lab)?, stored })
    }
}

impl Question {
    /// Checks the words that name a sim and its settings.
    pub(super) fn read(words: &Words, lab: &Lab) -> Result<Question, Refusal> {
        let sim = find(lab, words.sim.as_deref())?;
        let effort = match &words.effort {
            Some(word) => word.parse().map_err(Refusal::bad)?,
            None => lab.effort,
        };
        let key = words.key.as_deref().unwrap_or(&lab.key);
        let wrong = |error: crate::runner::RunError| Refusal::bad(error.to_string());
        let layers = Layers::read(None, &words.set, words.replicas.as_deref(), Some(key)).map_err(wrong)?;
        let request = sim_request(sim, effort, &layers).map_err(wrong)?;
        let cells = request.cells().len() as u64;
        if cells.saturating_mul(request.replicas) > MOST_JOBS {
            let most = (MOST_JOBS / cells.max(1)).max(1);
            let message = format!(
                "{cells} cells of {} replicas are more than the {MOST_JOBS} networks of one view; take {most} replicas \
                 or fewer, or use prunelaw run",
                request.replicas
            );
            return Err(Refusal::bad(message));
        }
        let command = command(sim, effort, words, lab);
        let order = order(&request, &words.near)?;
        let request =
            if order.is_empty() { request } else { sim_request(sim, effort, &layers.over(order)).map_err(wrong)? };
        Ok(Question { study: Study::new(Experiment::Sim(sim), request), command })
    }
}

pub(super) fn known(what: &str, given: Option<&str>, known: &[&str]) -> Result<String, Refusal> {
    match given {
        Some(word) if known.contains(&word) => Ok(word.to_owned()),
        Some(word) => {
            let hint = nearest(word, known.iter().copied()).map(|word| format!("; did you mean `{word}`?"));
            let hint = hint.unwrap_or_default();
            Err(Refusal::bad(format!("there is no {what} `{word}`{hint} Known: {}", known.join(", "))))
        }
        None => Err(Refusal::bad(format!("`{what}` is missing: one of {}", known.join(", ")))),
    }
}

fn find(lab: &Lab, id: Option<&str>) -> Result<&'static dyn Sim, Refusal> {
    let ids: Vec<&str> = lab.sims.iter().map(|sim| sim.card().id).collect();
    let id = known("sim", id, &ids)?;
    Ok(lab.sims.iter().copied().find(|sim| sim.card().id == id).expect("the id is one of theirs"))
}

/// The axes with their values in the order of their distance to a point; cells are computed in the order of values.
fn order(request: &Request, near: &[String]) -> Result<Vec<Assignment>, Refusal> {
    let mut order = Vec::new();
    for word in near {
        let wrong = || Refusal::bad(format!("`near = {word}` is no axis=number"));
        let (axis, at) = word.split_once('=').ok_or_else(wrong)?;
        let at: f64 = at.trim().parse().ok().filter(|at: &f64| at.is_finite()).ok_or_else(wrong)?;
        let field = request.schema().axes().find(|field| field.name == axis.trim()).ok_or_else(wrong)?;
        let mut values: Vec<&Value> = request.values(field.name).iter().collect();
        values.sort_by(|a, b| distance(a, at).total_cmp(&distance(b, at)));
        let list: Vec<String> = values.into_iter().map(plain).collect();
        order.push(Assignment::own(field.name, list.join(",")));
    }
    Ok(order)
}

/// On the scale of ratios where both are positive: keep fractions span decades.
fn distance(value: &Value, at: f64) -> f64 {
    let value = match value {
        Value::Integer(value) => *value as f64,
        Value::Real(value) => *value,
        Value::Text(_) | Value::Integers(_) => return 0.0,
    };
    if value > 0.0 && at > 0.0 { (value / at).ln().abs() } else { (value - at).abs() * 1e6 }
}

fn command(sim: &'static dyn Sim, effort: Effort, words: &Words, lab: &Lab) -> String {
    let mut parts = vec!["prunelaw run".to_owned(), sim.card().id.to_owned()];
    if effort != Effort::default() {
        parts.push(format!("--effort {effort}"));
    }
    if !words.set.is_empty() {
        parts.push("--set".to_owned());
        parts.extend(words.set.iter().map(|word| quoted(word)));
    }
    if let Some(replicas) = &words.replicas {
        parts.push(format!("--replicas {}", quoted(replicas)));
    }
    parts.extend(globals(words.key.as_ref().unwrap_or(&lab.key), lab));
    parts.join(" ")
}

/// The flags that name key and store, where they are not the defaults.
pub(super) fn globals(key: &str, lab: &Lab) -> Vec<String> {
    let mut parts = Vec::new();
    if key != "0" {
        parts.push(format!("--key {}", quoted(key)));
    }
    let out = lab.store.root().display().to_string();
    if out != "prunelaw-out" {
        parts.push(format!("--out {}", quoted(&out)));
    }
    parts
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "=,._-+/:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_a_quoted_word_back() {
        assert_eq!(quoted("keep=0.1,0.2"), "keep=0.1,0.2");
        assert_eq!(quoted("keep=log(0.1,1,3)"), "'keep=log(0.1,1,3)'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn near_counts_in_ratios() {
        let at = 0.1;
        assert!(distance(&Value::Real(0.05), at) < distance(&Value::Real(0.3), at));
        assert!(distance(&Value::Real(0.0), at) > distance(&Value::Real(1e-4), at));
    }
}
