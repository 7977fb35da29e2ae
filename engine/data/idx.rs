//! IDX, the format of MNIST and its relatives, from bytes, compressed by gzip or not.
//!
//! Layout (Y. LeCun, C. Cortes and C. Burges, The MNIST database): two zero bytes, the type of the entries (8 for bytes), the
//! number of axes, the length of each axis as a big-endian 32-bit word, then the entries in row-major order.

use super::{Answers, LabelledData};
use flate2::read::MultiGzDecoder;
use ndarray::{Array2, ArrayD, IxDyn};
use std::io::Read;

/// What is wrong with IDX bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdxError {
    /// Fewer bytes than the header needs.
    #[error("the header is cut off: {got} bytes where it needs {expected}")]
    HeaderCutOff {
        /// Bytes there.
        got: usize,
        /// Bytes needed.
        expected: usize,
    },
    /// The first two bytes are not zero.
    #[error("this is no IDX file: it begins with {got:02x?}, not with two zero bytes")]
    Magic {
        /// The bytes found.
        got: [u8; 2],
    },
    /// Entries of another type than unsigned bytes.
    #[error("entries have type 0x{got:02x}, expected 0x08 (unsigned bytes)")]
    EntryType {
        /// The type found.
        got: u8,
    },
    /// Another number of axes than images (3) or labels (1) have.
    #[error("{got} axes, expected {expected}")]
    Axes {
        /// Axes found.
        got: u8,
        /// Axes expected.
        expected: u8,
    },
    /// The entries end before the shape is filled.
    #[error("shape {shape:?} needs {expected} entries, and there are {got}")]
    CutOff {
        /// Lengths of the axes.
        shape: Vec<usize>,
        /// Entries there.
        got: u128,
        /// Entries that the shape needs.
        expected: u128,
    },
    /// Bytes are left when the shape is filled.
    #[error("bytes follow after the {expected} entries of shape {shape:?}")]
    Trailing {
        /// Lengths of the axes.
        shape: Vec<usize>,
        /// Entries that the shape needs.
        expected: u128,
    },
    /// No entries at all.
    #[error("shape {shape:?} has no entries")]
    Empty {
        /// Lengths of the axes.
        shape: Vec<usize>,
    },
    /// The compressed stream is damaged or cut off.
    #[error("the gzip stream is damaged: {reason}")]
    Gzip {
        /// The decoder's words.
        reason: String,
    },
    /// Images and labels of different number.
    #[error("{labels} labels for {images} images")]
    Counts {
        /// Images.
        images: usize,
        /// Labels.
        labels: usize,
    },
}

/// Images (n, rows, columns) of bytes with their labels (n); x = pixel / 255, one image per row.
///
/// # Errors
/// [`IdxError`], beside the name of the array that is at fault, `"images"` or `"labels"`.
pub fn labelled(images: &[u8], labels: &[u8]) -> Result<LabelledData, (&'static str, IdxError)> {
    let images = entries(images, 3).map_err(|error| ("images", error))?;
    let labels = entries(labels, 1).map_err(|error| ("labels", error))?;
    let (n, pixels) = (images.shape()[0], images.shape()[1] * images.shape()[2]);
    if labels.len() != n {
        return Err(("labels", IdxError::Counts { images: n, labels: labels.len() }));
    }
    let x = images.iter().map(|&pixel| f64::from(pixel) / 255.0).collect();
    let x = Array2::from_shape_vec((n, pixels), x).expect("one row per image");
    Ok(LabelledData { x, y: Answers::Classes(labels.iter().map(|&label| usize::from(label)).collect()) })
}

/// The entries of an IDX array of unsigned bytes with `axes` axes.
///
/// # Errors
/// [`IdxError`], one variant per way to be malformed. Memory grows with the bytes that are there, never with what the
/// header announces.
pub fn entries(bytes: &[u8], axes: u8) -> Result<ArrayD<u8>, IdxError> {
    if bytes.starts_with(&[0x1f, 0x8b]) { read(MultiGzDecoder::new(bytes), axes) } else { read(bytes, axes) }
}

fn read(mut from: impl Read, axes: u8) -> Result<ArrayD<u8>, IdxError> {
    let magic = words(&mut from, 0)?;
    if magic[..2] != [0, 0] {
        return Err(IdxError::Magic { got: [magic[0], magic[1]] });
    }
    if magic[2] != 0x08 {
        return Err(IdxError::EntryType { got: magic[2] });
    }
    if magic[3] != axes {
        return Err(IdxError::Axes { got: magic[3], expected: axes });
    }
    let shape: Vec<usize> = (1..=usize::from(axes))
        .map(|word| words(&mut from, word).map(|bytes| u32::from_be_bytes(bytes) as usize))
        .collect::<Result<_, _>>()?;
    let expected: u128 = shape.iter().map(|&length| length as u128).product();
    if expected == 0 {
        return Err(IdxError::Empty { shape });
    }
    // One byte more than announced shows whether anything follows.
    let mut entries = Vec::new();
    let limit = u64::try_from(expected).unwrap_or(u64::MAX).saturating_add(1);
    from.take(limit).read_to_end(&mut entries).map_err(gzip)?;
    match (entries.len() as u128).cmp(&expected) {
        std::cmp::Ordering::Less => Err(IdxError::CutOff { shape, got: entries.len() as u128, expected }),
        std::cmp::Ordering::Greater => Err(IdxError::Trailing { shape, expected }),
        std::cmp::Ordering::Equal => {
            Ok(ArrayD::from_shape_vec(IxDyn(&shape), entries).expect("one entry per position"))
        }
    }
}

/// Word `at` of the header, four bytes.
fn words(from: &mut impl Read, at: usize) -> Result<[u8; 4], IdxError> {
    let mut word = Vec::with_capacity(4);
    from.take(4).read_to_end(&mut word).map_err(gzip)?;
    let got = word.len();
    word.try_into().map_err(|_| IdxError::HeaderCutOff { got: 4 * at + got, expected: 4 * (at + 1) })
}

fn gzip(error: std::io::Error) -> IdxError {
    IdxError::Gzip { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::digits;
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn idx(shape: &[u32], entries: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, shape.len() as u8];
        shape.iter().for_each(|length| bytes.extend(length.to_be_bytes()));
        bytes.extend(entries);
        bytes
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_digits_come_back_from_their_idx_files() {
        let data = digits::all();
        let Answers::Classes(classes) = &data.y else { panic!("digits have classes") };
        let pixels: Vec<u8> = data.x.iter().map(|&pixel| (16.0 * pixel) as u8).collect();
        let labels: Vec<u8> = classes.iter().map(|&class| class as u8).collect();
        let (images, labels) = (idx(&[1797, 8, 8], &pixels), idx(&[1797], &labels));
        let plain = labelled(&images, &labels).unwrap();
        assert_eq!(plain.y, data.y);
        assert_eq!(plain.x.mapv(|x| (255.0 * x).round() / 16.0), data.x);
        assert_eq!(labelled(&gzipped(&images), &gzipped(&labels)).unwrap(), plain);
    }

    #[test]
    fn every_way_to_be_malformed_has_its_error() {
        let good = idx(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        assert!(entries(&good, 3).is_ok());
        let shape = vec![2, 1, 3];
        let mut trailing = good.clone();
        trailing.push(7);
        let swapped = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        for (bytes, error) in [
            (vec![], IdxError::HeaderCutOff { got: 0, expected: 4 }),
            (good[..10].to_vec(), IdxError::HeaderCutOff { got: 10, expected: 12 }),
            (good[..17].to_vec(), IdxError::CutOff { shape: shape.clone(), got: 1, expected: 6 }),
            (trailing, IdxError::Trailing { shape: shape.clone(), expected: 6 }),
            (swapped(0, 0x50), IdxError::Magic { got: [0x50, 0] }),
            (swapped(2, 0x0d), IdxError::EntryType { got: 0x0d }),
            (swapped(3, 2), IdxError::Axes { got: 2, expected: 3 }),
            (swapped(7, 0), IdxError::Empty { shape: vec![0, 1, 3] }),
        ] {
            assert_eq!(entries(&bytes, 3), Err(error));
        }
        let packed = gzipped(&good);
        assert!(matches!(entries(&packed[..packed.len() - 4], 3), Err(IdxError::Gzip { .. })));
        let error = labelled(&good, &idx(&[3], &[0, 1, 2])).unwrap_err();
        assert_eq!(error, ("labels", IdxError::Counts { images: 2, labels: 3 }));
    }

    #[test]
    fn a_header_that_announces_the_moon_allocates_nothing() {
        let shape = vec![u32::MAX as usize; 3];
        let expected = (u128::from(u32::MAX)).pow(3);
        assert_eq!(entries(&idx(&[u32::MAX; 3], &[1, 2]), 3), Err(IdxError::CutOff { shape, got: 2, expected }));
    }
}
