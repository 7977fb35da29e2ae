//! Outside files: what `npz:FILE` and `idx:DIR` name, read here and parsed by the engine.

use crate::engine::data::Outside;
use crate::engine::data::outside::{IDX_FILES, OutsideError};
use crate::engine::settings::error::nearest;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Outside files that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OutsideFileError {
    /// The system refused.
    #[error("cannot read {}: {source}{}", path.display(), beside(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bytes are not what they should be.
    #[error("{}: {source}", path.display())]
    Content {
        /// The file, or the folder of IDX files.
        path: PathBuf,
        /// What is wrong with them.
        source: OutsideError,
    },
}

/// The numbers that `values = npz:FILE` names; relative paths start at `folder`. `None` for other words.
///
/// # Errors
/// As [`load`].
pub fn load_values(word: &str, folder: &Path) -> Result<Option<Outside>, OutsideFileError> {
    let Some(path) = npz_path(word, folder) else { return Ok(None) };
    let bytes = read(&path)?;
    Outside::values_npz(word, &bytes).map(Some).map_err(|source| OutsideFileError::Content { path, source })
}

/// The data that a word such as `npz:FILE` or `idx:DIR` names; relative paths start at `folder`. `None` for other words.
///
/// # Errors
/// [`OutsideFileError`] names the file, and the nearest one that is there if it is missing.
pub fn load(word: &str, folder: &Path) -> Result<Option<Outside>, OutsideFileError> {
    let content = |path: PathBuf| |source| OutsideFileError::Content { path, source };
    if let Some(path) = npz_path(word, folder) {
        let bytes = read(&path)?;
        return Outside::npz(word, &bytes).map(Some).map_err(content(path));
    }
    let Some(path) = word.strip_prefix("idx:").map(|path| folder.join(path)) else { return Ok(None) };
    fs::read_dir(&path).map_err(|source| OutsideFileError::Unreadable { path: path.clone(), source })?;
    let file = |at: usize| read_plain_or_gzip(&path, IDX_FILES[at]);
    let train = [file(0)?, file(1)?];
    // The test images may be missing, but not alone.
    let test = match (file(2), file(3)) {
        (Err(images), Err(labels)) if missing(&images) && missing(&labels) => None,
        (images, labels) => Some([images?, labels?]),
    };
    let test = test.as_ref().map(|[images, labels]| [images.as_slice(), labels.as_slice()]);
    Outside::idx(word, [&train[0], &train[1]], test).map(Some).map_err(content(path.clone()))
}

/// The path of `npz:FILE`, from `folder` if it is relative.
pub fn npz_path(word: &str, folder: &Path) -> Option<PathBuf> {
    word.strip_prefix("npz:").map(|path| folder.join(path))
}

/// The bytes of a file.
///
/// # Errors
/// [`OutsideFileError::Unreadable`].
pub fn read(path: &Path) -> Result<Vec<u8>, OutsideFileError> {
    fs::read(path).map_err(|source| OutsideFileError::Unreadable { path: path.to_owned(), source })
}

fn read_plain_or_gzip(folder: &Path, name: &str) -> Result<Vec<u8>, OutsideFileError> {
    match read(&folder.join(name)) {
        Err(error) if missing(&error) => {
            // If neither is there, the plain name is the one to complain about.
            read(&folder.join(format!("{name}.gz"))).map_err(|packed| if missing(&packed) { error } else { packed })
        }
        found => found,
    }
}

fn missing(error: &OutsideFileError) -> bool {
    matches!(error, OutsideFileError::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound)
}

/// The file of the same folder whose name is nearest, for messages.
fn beside(path: &Path) -> String {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return String::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|found| found.as_str() != name)
        .collect();
    names.sort();
    nearest(&name.to_string_lossy(), names.iter().map(String::as_str))
        .map_or(String::new(), |found| format!("; nearest there: {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::data::Answers;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn idx(shape: &[u32], entries: &[u8]) -> Vec<u8> {
        let lengths = shape.iter().flat_map(|length| length.to_be_bytes());
        [0, 0, 8, shape.len() as u8].into_iter().chain(lengths).chain(entries.iter().copied()).collect()
    }

    #[test]
    fn a_folder_of_idx_files_is_read_packed_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let (images, labels) = (idx(&[2, 1, 2], &[0, 51, 102, 255]), idx(&[2], &[1, 0]));
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&images).unwrap();
        fs::write(folder.path().join("train-images-idx3-ubyte.gz"), packed.finish().unwrap()).unwrap();
        fs::write(folder.path().join(IDX_FILES[1]), &labels).unwrap();
        let word = format!("idx:{}", folder.path().display());
        let outside = load(&word, Path::new("elsewhere")).unwrap().unwrap();
        assert_eq!(outside.data().train.x, ndarray::array![[0.0, 0.2], [0.4, 1.0]]);
        assert_eq!(outside.data().train.y, Answers::Classes(vec![1, 0]));
        assert_eq!(outside.data().test, None);
        // Test images without their labels are refused, by the name of the missing file.
        fs::write(folder.path().join(IDX_FILES[2]), &images).unwrap();
        let error = load(&word, Path::new("elsewhere")).unwrap_err().to_string();
        assert!(error.contains("t10k-labels-idx1-ubyte"), "{error}");
        fs::write(folder.path().join(IDX_FILES[3]), &labels).unwrap();
        assert!(load(&word, Path::new("elsewhere")).unwrap().unwrap().data().test.is_some());
    }

    #[test]
    fn a_missing_file_is_named_with_its_neighbour() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("data.npz"), b"no zip").unwrap();
        let error = load("npz:dat.npz", folder.path()).unwrap_err().to_string();
        assert!(error.contains("dat.npz") && error.contains("nearest there: data.npz"), "{error}");
        let error = load("npz:data.npz", folder.path()).unwrap_err().to_string();
        assert!(error.contains("data.npz") && error.contains("no npz archive"), "{error}");
        assert!(load("digits", folder.path()).unwrap().is_none());
    }
}
