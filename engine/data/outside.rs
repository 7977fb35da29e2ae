//! Outside data: what a setting such as `data = "idx:DIR"` or `values = "npz:FILE"` names, parsed from the bytes of its
//! files.

use super::idx::{self, IdxError};
use super::npz::{Npz, NpzError};
use super::{LabelledData, TrainTest};
use crate::settings::address::hex;
use ndarray::Array2;
use sha2::{Digest, Sha256};

/// The files of an IDX folder in the order in which [`Outside::idx`] takes them, each there as it is or with `.gz`.
///
/// The names are MNIST's. The last two, the test images, may be missing together.
pub const IDX_FILES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// Outside data: the word that names it, the digest of its bytes, and what is in them.
#[derive(Clone, Debug)]
pub struct Outside {
    name: String,
    digest: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Labelled(TrainTest),
    Values(Array2<f64>),
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
        Outside::of(name, files, Content::Labelled(data))
    }

    fn of(name: &str, files: &[&[u8]], content: Content) -> Outside {
        let mut hash = Sha256::new();
        for bytes in files {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        Outside { name: name.to_owned(), digest: hex(&hash.finalize()), content }
    }

    /// The data of a .npz archive with x (n, d) and y; there is no test data in it.
    ///
    /// # Errors
    /// [`OutsideError::Npz`].
    pub fn npz(name: &str, bytes: &[u8]) -> Result<Outside, OutsideError> {
        let train = Npz::open(bytes)?.labelled()?;
        Ok(Outside::new(name, &[bytes], TrainTest { train, test: None }))
    }

    /// The numbers of a .npz archive with values (trials, n).
    ///
    /// # Errors
    /// [`OutsideError::Npz`].
    pub fn values_npz(name: &str, bytes: &[u8]) -> Result<Outside, OutsideError> {
        let values = Npz::open(bytes)?.table("values", "(trials, n), one sample of n numbers per row")?;
        Ok(Outside::of(name, &[bytes], Content::Values(values)))
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

    /// The labelled samples that `data` names.
    ///
    /// # Panics
    /// If this is what `values` names: an experiment that asks for the other kind is a bug.
    pub fn data(&self) -> &TrainTest {
        match &self.content {
            Content::Labelled(data) => data,
            Content::Values(_) => panic!("{} holds numbers without labels", self.name),
        }
    }

    /// (trials, n): the numbers that `values` names, if this is what it names.
    pub fn values(&self) -> Option<&Array2<f64>> {
        match &self.content {
            Content::Labelled(_) => None,
            Content::Values(values) => Some(values),
        }
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

    #[test]
    fn values_are_a_table_of_finite_numbers() {
        let archive = |name: &str, values: &ndarray::ArrayD<f64>| {
            let mut builder = crate::data::npz::NpzBuilder::default();
            builder.add(name, values).unwrap();
            builder.finish().unwrap()
        };
        let values = ndarray::array![[0.5, -1.0, 0.25], [0.0, 1.0, 3.0]];
        let outside = Outside::values_npz("npz:v", &archive("values", &values.clone().into_dyn())).unwrap();
        assert_eq!(outside.values(), Some(&values));
        let said = |bytes: &[u8]| Outside::values_npz("npz:v", bytes).unwrap_err().to_string();
        let flat = ndarray::array![0.5, 1.0].into_dyn();
        let expected = "array `values` has shape [2], expected (trials, n), one sample of n numbers per row";
        assert_eq!(said(&archive("values", &flat)), expected);
        assert!(said(&archive("x", &flat)).contains("`values` is missing; the file has x"));
        assert!(said(&archive("values", &ndarray::array![[f64::NAN]].into_dyn())).contains("NaN at [0, 0]"));
        assert!(said(&archive("values", &ndarray::ArrayD::zeros(vec![3, 0]))).contains("`values` is empty"));
    }
}
