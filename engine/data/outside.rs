//! Outside data: what a setting such as `data = "idx:DIR"` names, parsed from the bytes of its files.

use super::idx::{self, IdxError};
use super::npz::{Npz, NpzError};
use super::{LabelledData, TrainTest};
use crate::settings::address::hex;
use sha2::{Digest, Sha256};

/// The files of an IDX folder in the order in which [`Outside::idx`] takes them, each there as it is or with `.gz`.
///
/// The names are MNIST's. The last two, the test images, may be missing together.
pub const IDX_FILES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// Outside data: the word that names it, the digest of its bytes, and its samples.
#[derive(Clone, Debug)]
pub struct Outside {
    name: String,
    digest: String,
    data: TrainTest,
}

/// Outside files that cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OutsideError {
    /// An archive is not as expected.
    #[error(transparent)]
    Npz(#[from] NpzError),
    /// An IDX file is not as expected.
    #[error("{file}: {error}")]
    Idx {
        /// The file, without `.gz`.
        file: &'static str,
        /// What is wrong with it.
        error: IdxError,
    },
    /// Training and test images of different size.
    #[error("test images have {got} pixels and training images {expected}")]
    Pixels {
        /// Pixels of a test image.
        got: usize,
        /// Pixels of a training image.
        expected: usize,
    },
}

impl Outside {
    /// Data that somebody has already parsed from `files`, in a fixed order of the files.
    pub fn new(name: &str, files: &[&[u8]], data: TrainTest) -> Outside {
        let mut hash = Sha256::new();
        for bytes in files {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        Outside { name: name.to_owned(), digest: hex(&hash.finalize()), data }
    }

    /// The data of a .npz archive with x (n, d) and y; there is no test data in it.
    ///
    /// # Errors
    /// [`OutsideError::Npz`].
    pub fn npz(name: &str, bytes: &[u8]) -> Result<Outside, OutsideError> {
        let train = Npz::open(bytes)?.labelled()?;
        Ok(Outside::new(name, &[bytes], TrainTest { train, test: None }))
    }

    /// The data of [`IDX_FILES`]: images and labels to train on, and perhaps images and labels to test on.
    ///
    /// # Errors
    /// [`OutsideError::Idx`] for a file that is not as expected, [`OutsideError::Pixels`] if images differ in size.
    pub fn idx(name: &str, train: [&[u8]; 2], test: Option<[&[u8]; 2]>) -> Result<Outside, OutsideError> {
        let part = |[images, labels]: [&[u8]; 2], files: [&'static str; 2]| {
            idx::labelled(images, labels)
                .map_err(|(array, error)| OutsideError::Idx { file: files[usize::from(array == "labels")], error })
        };
        let files: Vec<&[u8]> = train.into_iter().chain(test.into_iter().flatten()).collect();
        let train = part(train, [IDX_FILES[0], IDX_FILES[1]])?;
        let test: Option<LabelledData> = test.map(|test| part(test, [IDX_FILES[2], IDX_FILES[3]])).transpose()?;
        match &test {
            Some(test) if test.dimension() != train.dimension() => {
                Err(OutsideError::Pixels { got: test.dimension(), expected: train.dimension() })
            }
            _ => Ok(Outside::new(name, &files, TrainTest { train, test })),
        }
    }

    /// Whether a setting's word names this data.
    pub fn names(&self, word: &str) -> bool {
        self.name == word
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The samples.
    pub fn data(&self) -> &TrainTest {
        &self.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Answers;

    fn idx_bytes(shape: &[u32], entries: &[u8]) -> Vec<u8> {
        let lengths = shape.iter().flat_map(|length| length.to_be_bytes());
        [0, 0, 8, shape.len() as u8].into_iter().chain(lengths).chain(entries.iter().copied()).collect()
    }

    #[test]
    fn the_digest_follows_the_bytes_and_not_the_name() {
        let (images, labels) = (idx_bytes(&[2, 1, 1], &[0, 255]), idx_bytes(&[2], &[1, 0]));
        let a = Outside::idx("idx:a", [&images, &labels], None).unwrap();
        let b = Outside::idx("idx:b", [&images, &labels], None).unwrap();
        let both = Outside::idx("idx:a", [&images, &labels], Some([&images, &labels])).unwrap();
        assert_eq!(a.digest(), b.digest());
        assert_ne!(a.digest(), both.digest());
        assert!(a.names("idx:a") && !a.names("idx:b"));
        assert_eq!(a.data().train.y, Answers::Classes(vec![1, 0]));
        assert_eq!(both.data().test.as_ref(), Some(&a.data().train));
    }

    #[test]
    fn the_faulty_file_is_named() {
        let (images, labels) = (idx_bytes(&[2, 1, 1], &[0, 255]), idx_bytes(&[2], &[1, 0]));
        let error = Outside::idx("idx:a", [&images, &labels], Some([&images, &labels[..9]])).unwrap_err();
        assert_eq!(error.to_string(), "t10k-labels-idx1-ubyte: shape [2] needs 2 entries, and there are 1");
        let wide = idx_bytes(&[2, 1, 2], &[0; 4]);
        let error = Outside::idx("idx:a", [&images, &labels], Some([&wide, &labels])).unwrap_err();
        assert_eq!(error, OutsideError::Pixels { got: 2, expected: 1 });
    }
}
