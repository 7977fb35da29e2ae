//! A query of a few named values, each with its usual value and its range.

use super::{Refusal, ask::known};
use axum::extract::Query as Pairs;
use axum::http::Uri;
use std::collections::BTreeMap;

/// The pairs that nobody has read yet, and the names that were asked for.
pub(super) struct Query {
    left: BTreeMap<String, String>,
    names: Vec<&'static str>,
}

impl Query {
    pub(super) fn read(uri: &Uri) -> Result<Query, Refusal> {
        let pairs = Pairs::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Refusal::bad(format!("the query cannot be read: {error}")))?;
        let mut left = BTreeMap::new();
        for (name, value) in pairs.0 {
            if left.insert(name.clone(), value).is_some() {
                return Err(Refusal::bad(format!("`{name}` is there twice")));
            }
        }
        Ok(Query { left, names: Vec::new() })
    }

    /// A text, or what is usual.
    pub(super) fn text(&mut self, name: &'static str, usual: &str) -> String {
        self.names.push(name);
        self.left.remove(name).unwrap_or_else(|| usual.to_owned())
    }

    /// One of these words.
    pub(super) fn word(&mut self, name: &'static str, words: &[&str]) -> Result<String, Refusal> {
        self.names.push(name);
        known(name, self.left.remove(name).as_deref(), words)
    }

    /// One of these words, or what is usual.
    pub(super) fn choice(&mut self, name: &'static str, usual: &str, words: &[&str]) -> Result<String, Refusal> {
        self.left.entry(name.to_owned()).or_insert_with(|| usual.to_owned());
        self.word(name, words)
    }

    /// A number in [least, most], or what is usual.
    pub(super) fn number(&mut self, name: &'static str, usual: f64, [least, most]: [f64; 2]) -> Result<f64, Refusal> {
        self.names.push(name);
        let Some(word) = self.left.remove(name) else { return Ok(usual) };
        let value: Option<f64> = word.trim().parse().ok().filter(|value: &f64| *value >= least && *value <= most);
        value.ok_or_else(|| Refusal::bad(format!("`{name} = {word}` is not allowed: numbers from {least} to {most}")))
    }

    /// A whole number in [least, most], or what is usual.
    pub(super) fn count(&mut self, name: &'static str, usual: u64, [least, most]: [u64; 2]) -> Result<u64, Refusal> {
        self.names.push(name);
        let Some(word) = self.left.remove(name) else { return Ok(usual) };
        let value: Option<u64> = word.trim().parse().ok().filter(|value| (least..=most).contains(value));
        let allowed = format!("whole numbers from {least} to {most}");
        value.ok_or_else(|| Refusal::bad(format!("`{name} = {word}` is not allowed: {allowed}")))
    }

    /// Refuses what nobody asked for.
    pub(super) fn end(self) -> Result<(), Refusal> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(Refusal::bad(format!("`{name}` has no effect here; known: {}", self.names.join(", ")))),
        }
    }
}
