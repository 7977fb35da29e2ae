//! Outside files: `idx:DIR` and `npz:FILE` in settings are found, read and attached to the request.

use super::RunError;
use crate::engine::data::Outside;
use crate::engine::settings::vocabulary::VALUES;
use crate::engine::settings::{Assignment, Domain, Raw, Request, SettingsError, Value};
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
    let named = request.fields().find_map(|(field, values)| match (field.domain, values) {
        (Domain::Source { .. }, [Value::Text(word)]) if split(word).is_some() => Some((field.name, word.clone())),
        _ => None,
    });
    let Some((name, word)) = named else { return Ok(request) };
    // The paths are absolute by now.
    let load = if name == VALUES.name { outside::load_values } else { outside::load };
    let outside = load(&word, Path::new(""));
    match outside.map_err(|source| RunError::Outside { setting: word.clone(), source })? {
        Some(outside) => one_replica_per_row(request.with_outside(Arc::new(outside))),
        None => Ok(request),
    }
}

/// Where a file has the numbers of every replica, there are as many replicas as rows, or fewer if somebody says so.
fn one_replica_per_row(mut request: Request) -> Result<Request, RunError> {
    let Some(rows) = request.outside().and_then(Outside::values).map(|values| values.nrows() as u64) else {
        return Ok(request);
    };
    if !request.said("replicas") {
        request.replicas = rows;
    } else if request.replicas > rows {
        let must = format!("the file has {rows} rows, one per replica");
        let error = SettingsError::conflict("replicas", request.replicas, must, Some(rows.to_string()));
        return Err(request.locate(error).into());
    }
    Ok(request)
}

fn split(word: &str) -> Option<(&'static str, &str)> {
    ["idx:", "npz:"].into_iter().find_map(|prefix| Some((prefix, word.strip_prefix(prefix)?)))
}
