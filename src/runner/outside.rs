//! Outside files: `idx:DIR` and `npz:FILE` in settings are found, read and attached to the request.

use super::RunError;
use crate::engine::settings::{Assignment, Domain, Raw, Request, Value};
use crate::outside;
use std::path::Path;
use std::sync::Arc;

/// Makes the paths in settings absolute: those of a file are taken from its folder, those of words from here.
pub(super) fn locate(said: &mut [Assignment], folder: &Path) {
    for assignment in said {
        let (text, typed) = match &assignment.raw {
            Raw::Bare(text) => (text, false),
            Raw::Typed(toml::Value::String(text)) => (text, true),
            Raw::Typed(_) => continue,
        };
        let Some((prefix, path)) = split(text).filter(|(_, path)| !path.is_empty()) else { continue };
        let Ok(path) = std::path::absolute(folder.join(path)) else { continue };
        let word = format!("{prefix}{}", path.display());
        assignment.raw = if typed { Raw::Typed(toml::Value::String(word)) } else { Raw::Bare(word) };
    }
}

/// The request with the outside data that its settings name.
pub(super) fn attach(request: Request) -> Result<Request, RunError> {
    let word = request.fields().find_map(|(field, values)| match (field.domain, values) {
        (Domain::Source { .. }, [Value::Text(word)]) if split(word).is_some() => Some(word.clone()),
        _ => None,
    });
    match word {
        Some(word) => {
            // The paths are absolute by now.
            let outside = outside::load(&word, Path::new(""));
            let outside = outside.map_err(|source| RunError::Outside { setting: word.clone(), source })?;
            Ok(outside.map_or(request.clone(), |outside| request.with_outside(Arc::new(outside))))
        }
        None => Ok(request),
    }
}

fn split(word: &str) -> Option<(&'static str, &str)> {
    ["idx:", "npz:"].into_iter().find_map(|prefix| Some((prefix, word.strip_prefix(prefix)?)))
}
