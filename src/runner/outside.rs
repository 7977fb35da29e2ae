//! Outside files: `idx:DIR` and `npz:FILE` in settings are found, read and attached to the request.

use super::RunError;
use crate::engine::data::Outside;
use crate::engine::data::outside::IDX_FILES;
use crate::engine::settings::{Assignment, Domain, Raw, Request, Value};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
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
        Some(word) => Ok(request.with_outside(Arc::new(read(&word)?))),
        None => Ok(request),
    }
}

fn split(word: &str) -> Option<(&'static str, &str)> {
    ["idx:", "npz:"].into_iter().find_map(|prefix| Some((prefix, word.strip_prefix(prefix)?)))
}

fn read(word: &str) -> Result<Outside, RunError> {
    let (prefix, path) = split(word).expect("only words with a prefix come here");
    let path = Path::new(path);
    let outside = match prefix {
        "npz:" => Outside::npz(word, &bytes(path)?),
        _ => {
            if let Err(error) = fs::read_dir(path) {
                return Err(unreadable(path)(error));
            }
            let [images, labels, test_images, test_labels] = IDX_FILES;
            let train = [idx_file(path, images)?, idx_file(path, labels)?];
            // The test files may be missing, but only together.
            let there = [test_images, test_labels].map(|name| find(path, name).is_some());
            let test = match there {
                [false, false] => None,
                _ => Some([idx_file(path, test_images)?, idx_file(path, test_labels)?]),
            };
            let [images, labels] = &train;
            Outside::idx(word, [images, labels], test.as_ref().map(|[images, labels]| [&images[..], &labels[..]]))
        }
    };
    outside.map_err(|source| RunError::Outside { setting: word.to_owned(), source })
}

/// An IDX file under its name, or with `.gz` behind it.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    [name.to_owned(), format!("{name}.gz")].into_iter().map(|name| folder.join(name)).find(|path| path.exists())
}

fn idx_file(folder: &Path, name: &str) -> Result<Vec<u8>, RunError> {
    match find(folder, name) {
        Some(path) => bytes(&path),
        None => Err(RunError::Unreadable {
            path: folder.join(name),
            why: "no such file, neither so nor with .gz".to_owned(),
        }),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, RunError> {
    fs::read(path).map_err(unreadable(path))
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> RunError {
    move |error| {
        let why =
            if error.kind() == ErrorKind::NotFound { "no such file or folder".to_owned() } else { error.to_string() };
        RunError::Unreadable { path: path.to_owned(), why }
    }
}
