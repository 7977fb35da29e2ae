//! Arrays in NumPy's .npz archives, from and to bytes.
//!
//! Numbers are read from any real or integer dtype of NumPy, either byte order, C or Fortran order; masks as bool or as
//! numbers 0 and 1. Memory grows with the bytes that are there, never with what a header announces.

use super::{Answers, LabelledData};
use crate::mask::Mask;
use ndarray::{Array2, ArrayD, ArrayRef, Dimension};
use ndarray_npy::{NpzReader, NpzWriter, ReadDataError, ReadNpyError, ReadNpzError, ReadableElement, WritableElement};
use py_literal::Value as Descriptor;
use std::io::{Cursor, Read};

/// What is wrong with an archive or one of its arrays.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NpzError {
    /// The bytes are no zip archive.
    #[error("this is no npz archive: {reason}")]
    Archive {
        /// The reader's words.
        reason: String,
    },
    /// The array is not in the archive.
    #[error("array `{array}` is missing; the file has {}", listed(has))]
    Missing {
        /// Its name.
        array: String,
        /// The arrays that are there.
        has: Vec<String>,
    },
    /// The array has no place in the network.
    #[error("array `{array}` has no effect in this network")]
    Unused {
        /// Its name.
        array: String,
    },
    /// The array is of a kind that has no place here.
    #[error("array `{array}` has no place here: {reason}")]
    NoPlace {
        /// Its name.
        array: String,
        /// Why, and what to do instead.
        reason: &'static str,
    },
    /// The array is cut off, has bytes to spare, or cannot be parsed.
    #[error("array `{array}` is damaged: {reason}")]
    Damaged {
        /// Its name.
        array: String,
        /// The reader's words.
        reason: String,
    },
    /// The entries are of a type that is not read here.
    #[error("array `{array}` has dtype {got}, expected {expected}")]
    Dtype {
        /// Its name.
        array: String,
        /// The dtype found.
        got: String,
        /// The dtypes allowed, in words.
        expected: &'static str,
    },
    /// The array has no entries.
    #[error("array `{array}` is empty")]
    Empty {
        /// Its name.
        array: String,
    },
    /// The array has another shape.
    #[error("array `{array}` has shape {got:?}, expected {expected}")]
    Shape {
        /// Its name.
        array: String,
        /// The shape found.
        got: Vec<usize>,
        /// The shape expected, in words or numbers.
        expected: String,
    },
    /// An array that cannot be written.
    #[error("array `{array}` cannot be written: {reason}")]
    Write {
        /// Its name.
        array: String,
        /// The writer's words.
        reason: String,
    },
    /// One entry is not allowed.
    #[error("array `{array}` has {got} at {at:?}, expected {expected}")]
    Entry {
        /// Its name.
        array: String,
        /// The entry found.
        got: f64,
        /// Its indices.
        at: Vec<usize>,
        /// The entries allowed, in words.
        expected: &'static str,
    },
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// An open archive.
pub struct Npz<'a> {
    reader: NpzReader<Cursor<&'a [u8]>>,
    names: Vec<String>,
}

impl<'a> Npz<'a> {
    /// Opens the archive in `bytes`; the arrays are read when they are asked for.
    ///
    /// # Errors
    /// [`NpzError::Archive`] if the bytes are no zip archive.
    pub fn open(bytes: &'a [u8]) -> Result<Npz<'a>, NpzError> {
        let archive = |error: ReadNpzError| NpzError::Archive { reason: error.to_string() };
        let mut reader = NpzReader::new(Cursor::new(bytes)).map_err(archive)?;
        let names = reader.names().map_err(archive)?;
        Ok(Npz { reader, names })
    }

    /// Names of the arrays, in the order of the archive.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether the archive has this array.
    pub fn has(&self, array: &str) -> bool {
        self.names.iter().any(|name| name == array)
    }

    /// An array of finite numbers.
    ///
    /// # Errors
    /// [`NpzError`] if the array is missing, empty, damaged, of another dtype, or has an entry that is not finite.
    pub fn numbers(&mut self, array: &str) -> Result<ArrayD<f64>, NpzError> {
        let numbers = self.read::<Number>(array, "a real or integer type")?.mapv(|number| number.0);
        refuse_entry(array, &numbers, f64::is_finite, "finite numbers")?;
        Ok(numbers)
    }

    /// An array of finite numbers of this shape.
    ///
    /// # Errors
    /// As [`Npz::numbers`], and [`NpzError::Shape`] for another shape.
    pub fn numbers_of(&mut self, array: &str, shape: &[usize]) -> Result<ArrayD<f64>, NpzError> {
        let numbers = self.numbers(array)?;
        expect_shape(array, numbers.shape(), shape)?;
        Ok(numbers)
    }

    /// An array with two axes, `expected` in words for errors.
    ///
    /// # Errors
    /// As [`Npz::numbers`], and [`NpzError::Shape`] for another number of axes.
    pub fn table(&mut self, array: &str, expected: &str) -> Result<Array2<f64>, NpzError> {
        let numbers = self.numbers(array)?;
        let shape = numbers.shape().to_vec();
        numbers.into_dimensionality().map_err(|_| shape_error(array, &shape, expected))
    }

    /// A mask of this shape; true or 1 keeps the entry.
    ///
    /// # Errors
    /// As [`Npz::numbers_of`], and [`NpzError::Entry`] for an entry that is neither 0 nor 1.
    pub fn mask_of(&mut self, array: &str, shape: &[usize]) -> Result<Mask, NpzError> {
        let entries = self.read::<Flag>(array, "bool, or a number type with entries 0 and 1")?.mapv(|flag| flag.0);
        expect_shape(array, entries.shape(), shape)?;
        refuse_entry(array, &entries, |entry| entry == 0.0 || entry == 1.0, "0 or 1")?;
        Ok(Mask::from_array(&entries.mapv(|entry| entry == 1.0)))
    }

    /// x: (n, d), and y: (n) classes or values, or (n, K) values.
    ///
    /// Whole numbers from 0 in a y of shape (n) are classes; other numbers are values of a single output.
    ///
    /// # Errors
    /// As [`Npz::numbers`], and [`NpzError::Shape`] if x or y has other axes, or they differ in n.
    pub fn labelled(&mut self) -> Result<LabelledData, NpzError> {
        let x = self.table("x", "(n, d)")?;
        Ok(LabelledData { y: self.targets(x.nrows())?, x })
    }

    /// y: (n) classes or values, or (n, K) values, for n samples.
    ///
    /// # Errors
    /// As [`Npz::labelled`].
    pub fn targets(&mut self, n: usize) -> Result<Answers, NpzError> {
        let y = self.numbers("y")?;
        match y.shape() {
            [samples] if *samples == n => {
                let classes = |y: f64| y >= 0.0 && y.fract() == 0.0 && y < f64::from(u32::MAX);
                if y.iter().all(|&y| classes(y)) {
                    return Ok(Answers::Classes(y.iter().map(|&y| y as usize).collect()));
                }
                Ok(Answers::Values(y.into_shape_with_order((n, 1)).expect("one column")))
            }
            [samples, _] if *samples == n => {
                Ok(Answers::Values(y.into_dimensionality().expect("two axes were matched")))
            }
            other => Err(shape_error("y", other, &format!("({n}) or ({n}, K), one row per sample of x"))),
        }
    }

    fn read<E: Entry>(&mut self, array: &str, dtypes: &'static str) -> Result<ArrayD<E>, NpzError> {
        let name = array.to_owned();
        if !self.has(array) {
            return Err(NpzError::Missing { array: name, has: self.names.clone() });
        }
        self.reader.by_name(array).map_err(|error| match error {
            ReadNpzError::Npy(ReadNpyError::WrongDescriptor(got)) => {
                NpzError::Dtype { array: name, got: got.to_string(), expected: dtypes }
            }
            ReadNpzError::Npy(ReadNpyError::ParseData(error)) if error.is::<NoEntries>() => {
                NpzError::Empty { array: name }
            }
            other => NpzError::Damaged { array: name, reason: other.to_string() },
        })
    }
}

fn shape_error(array: &str, got: &[usize], expected: &str) -> NpzError {
    NpzError::Shape { array: array.to_owned(), got: got.to_vec(), expected: expected.to_owned() }
}

fn expect_shape(array: &str, got: &[usize], expected: &[usize]) -> Result<(), NpzError> {
    if got == expected { Ok(()) } else { Err(shape_error(array, got, &format!("{expected:?}"))) }
}

fn refuse_entry(
    array: &str,
    entries: &ArrayD<f64>,
    allowed: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<(), NpzError> {
    match entries.indexed_iter().find(|(_, entry)| !allowed(**entry)) {
        Some((at, &got)) => Err(NpzError::Entry { array: array.to_owned(), got, at: at.slice().to_vec(), expected }),
        None => Ok(()),
    }
}

/// An entry as it is read: a number, or a flag that may also be a NumPy bool.
trait Entry: ReadableElement + Clone {}

#[derive(Clone, Copy)]
struct Number(f64);

#[derive(Clone, Copy)]
struct Flag(f64);

impl Entry for Number {}
impl Entry for Flag {}

/// Marks an array without entries.
#[derive(Debug, thiserror::Error)]
#[error("no entries")]
struct NoEntries;

impl ReadableElement for Number {
    fn read_to_end_exact_vec<R: Read>(from: R, dtype: &Descriptor, len: usize) -> Result<Vec<Self>, ReadDataError> {
        Ok(decode(from, dtype, len, false)?.into_iter().map(Number).collect())
    }
}

impl ReadableElement for Flag {
    fn read_to_end_exact_vec<R: Read>(from: R, dtype: &Descriptor, len: usize) -> Result<Vec<Self>, ReadDataError> {
        Ok(decode(from, dtype, len, true)?.into_iter().map(Flag).collect())
    }
}

/// `len` entries of NumPy type `dtype` as f64, exact but for 64-bit integers beyond 2^53.
fn decode(mut from: impl Read, dtype: &Descriptor, len: usize, flags: bool) -> Result<Vec<f64>, ReadDataError> {
    macro_rules! entries {
        ($type:ty, $read:ident) => {{
            let bytes = exactly(&mut from, len, size_of::<$type>())?;
            let chunks = bytes.chunks_exact(size_of::<$type>());
            chunks.map(|entry| <$type>::$read(entry.try_into().expect("whole entries")) as f64).collect()
        }};
    }
    if len == 0 {
        return Err(ReadDataError::ParseData(Box::new(NoEntries)));
    }
    let unknown = || ReadDataError::WrongDescriptor(dtype.clone());
    let Descriptor::String(name) = dtype else { return Err(unknown()) };
    Ok(match name.as_str() {
        "<f8" => entries!(f64, from_le_bytes),
        ">f8" => entries!(f64, from_be_bytes),
        "<f4" => entries!(f32, from_le_bytes),
        ">f4" => entries!(f32, from_be_bytes),
        "<i8" => entries!(i64, from_le_bytes),
        ">i8" => entries!(i64, from_be_bytes),
        "<u8" => entries!(u64, from_le_bytes),
        ">u8" => entries!(u64, from_be_bytes),
        "<i4" => entries!(i32, from_le_bytes),
        ">i4" => entries!(i32, from_be_bytes),
        "<u4" => entries!(u32, from_le_bytes),
        ">u4" => entries!(u32, from_be_bytes),
        "<i2" => entries!(i16, from_le_bytes),
        ">i2" => entries!(i16, from_be_bytes),
        "<u2" => entries!(u16, from_le_bytes),
        ">u2" => entries!(u16, from_be_bytes),
        "|i1" => entries!(i8, from_le_bytes),
        "|u1" => entries!(u8, from_le_bytes),
        "|b1" if flags => entries!(u8, from_le_bytes),
        _ => return Err(unknown()),
    })
}

/// All bytes of the reader, if they are `len` entries of `size` bytes.
fn exactly(from: &mut impl Read, len: usize, size: usize) -> Result<Vec<u8>, ReadDataError> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    match len.checked_mul(size).map(|expected| (bytes.len(), expected)) {
        Some((got, expected)) if got == expected => Ok(bytes),
        Some((got, expected)) if got > expected => Err(ReadDataError::ExtraBytes(got - expected)),
        _ => Err(ReadDataError::MissingData),
    }
}

/// Collects arrays into an archive, uncompressed; the same arrays give the same bytes.
pub struct NpzBuilder(NpzWriter<Cursor<Vec<u8>>>);

impl Default for NpzBuilder {
    fn default() -> NpzBuilder {
        NpzBuilder(NpzWriter::new(Cursor::new(Vec::new())))
    }
}

impl NpzBuilder {
    /// Adds an array of f32, f64 or bool.
    ///
    /// # Errors
    /// [`NpzError::Write`] if the array is too large for the format.
    pub fn add<A: WritableElement, D: Dimension>(
        &mut self,
        name: &str,
        array: &ArrayRef<A, D>,
    ) -> Result<(), NpzError> {
        self.0
            .add_array(name, array)
            .map_err(|error| NpzError::Write { array: name.to_owned(), reason: error.to_string() })
    }

    /// The bytes of the archive.
    ///
    /// # Errors
    /// [`NpzError::Archive`] if the whole is too large for the format.
    pub fn finish(self) -> Result<Vec<u8>, NpzError> {
        match self.0.finish() {
            Ok(cursor) => Ok(cursor.into_inner()),
            Err(error) => Err(NpzError::Archive { reason: error.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array, Array1, array};

    fn archive<A: WritableElement, D: Dimension>(arrays: &[(&str, Array<A, D>)]) -> Vec<u8> {
        let mut builder = NpzBuilder::default();
        arrays.iter().for_each(|(name, array)| builder.add(name, array).unwrap());
        builder.finish().unwrap()
    }

    /// The bytes with the first `from` replaced by `to`, of equal length: what a damaged header looks like.
    fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).expect("is there");
        [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
    }

    #[test]
    fn numbers_come_back_to_the_same_bits() {
        let x = array![[0.1, -1.0 / 3.0, 5e-324], [f64::MAX, -0.0, 1e16]];
        let turned = x.t().to_owned();
        let bytes = archive(&[("x", x.clone()), ("turned", turned.clone())]);
        let mut npz = Npz::open(&bytes).unwrap();
        assert_eq!(npz.names(), ["x", "turned"]);
        let bits = |a: &ArrayD<f64>| a.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&npz.numbers_of("x", &[2, 3]).unwrap()), bits(&x.into_dyn()));
        assert_eq!(bits(&npz.numbers_of("turned", &[3, 2]).unwrap()), bits(&turned.into_dyn()));
    }

    #[test]
    fn integers_and_single_precision_are_numbers() {
        macro_rules! check {
            ($($type:ty),*) => {$(
                let bytes = archive(&[("y", Array1::<$type>::from_iter([1 as $type, 0 as $type, 7 as $type]))]);
                assert_eq!(Npz::open(&bytes).unwrap().targets(3).unwrap(), Answers::Classes(vec![1, 0, 7]));
            )*};
        }
        check!(f32, f64, i8, i16, i32, i64, u8, u16, u32, u64);
    }

    #[test]
    fn masks_are_bool_or_zero_and_one() {
        let flags = array![[true, false, true], [false, false, true]];
        let mask = Mask::from_array(&flags);
        let bytes = archive(&[("mask1", flags.clone())]);
        assert_eq!(Npz::open(&bytes).unwrap().mask_of("mask1", &[2, 3]).unwrap(), mask);
        let bytes = archive(&[("mask1", flags.mapv(f64::from))]);
        assert_eq!(Npz::open(&bytes).unwrap().mask_of("mask1", &[2, 3]).unwrap(), mask);
        let bytes = archive(&[("mask1", flags.mapv(u8::from))]);
        assert_eq!(Npz::open(&bytes).unwrap().mask_of("mask1", &[2, 3]).unwrap(), mask);
        let bytes = archive(&[("mask1", array![[1.0, 0.5]])]);
        let error = Npz::open(&bytes).unwrap().mask_of("mask1", &[1, 2]).unwrap_err();
        assert_eq!(error.to_string(), "array `mask1` has 0.5 at [0, 1], expected 0 or 1");
    }

    #[test]
    fn every_error_names_the_array_and_what_was_there() {
        let mut builder = NpzBuilder::default();
        builder.add("x", &Array2::<f64>::ones((4, 2))).unwrap();
        builder.add("y", &Array1::<f64>::zeros(3)).unwrap();
        builder.add("flags", &Array1::from_elem(2, true)).unwrap();
        builder.add("none", &Array2::<f64>::zeros((0, 5))).unwrap();
        builder.add("inf", &array![1.0, f64::INFINITY]).unwrap();
        let bytes = builder.finish().unwrap();
        let mut npz = Npz::open(&bytes).unwrap();
        let said = |error: NpzError| error.to_string();
        assert_eq!(said(npz.numbers("w1").unwrap_err()), "array `w1` is missing; the file has x, y, flags, none, inf");
        assert_eq!(said(npz.numbers_of("x", &[2, 4]).unwrap_err()), "array `x` has shape [4, 2], expected [2, 4]");
        assert_eq!(
            said(npz.labelled().unwrap_err()),
            "array `y` has shape [3], expected (4) or (4, K), one row per sample of x"
        );
        assert_eq!(
            said(npz.numbers("flags").unwrap_err()),
            "array `flags` has dtype '|b1', expected a real or integer type"
        );
        assert_eq!(said(npz.numbers("none").unwrap_err()), "array `none` is empty");
        assert_eq!(said(npz.numbers("inf").unwrap_err()), "array `inf` has inf at [1], expected finite numbers");
    }

    #[test]
    fn damage_is_refused() {
        let good = archive(&[("x", Array2::<f64>::ones((4, 2)))]);
        assert!(matches!(Npz::open(&good[..good.len() - 30]).err(), Some(NpzError::Archive { .. })));
        assert!(matches!(Npz::open(b"x,y\n1,2\n").err(), Some(NpzError::Archive { .. })));
        for (from, to) in
            [("(4, 2)", "(4, 3)"), ("(4, 2)", "(4, 1)"), ("<f8", "<c8"), ("NUMPY", "NUMPI"), ("fortran", "fartran")]
        {
            let bytes = replaced(&good, from, to);
            let error = Npz::open(&bytes).unwrap().numbers("x").unwrap_err();
            assert!(matches!(error, NpzError::Damaged { .. } | NpzError::Dtype { .. }), "{to}: {error}");
        }
    }

    #[test]
    fn a_header_that_announces_the_moon_allocates_nothing() {
        for (shape, reason) in [
            ("(99999999999999,)", "before reading all data"),
            ("(9,99999999999,9)", "before reading all data"),
            ("(99999999999,99999999999)", "overflow"),
            ("(2,2)", "extra bytes"),
        ] {
            let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
            header += &" ".repeat(117 - header.len());
            let good = archive(&[("x", Array2::<f64>::ones((4, 2)))]);
            let at = good.windows(8).position(|window| window == b"{'descr'").unwrap();
            let bytes = resealed([&good[..at], header.as_bytes(), &good[at + 117..]].concat());
            let error = Npz::open(&bytes).unwrap().numbers("x").unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }

    /// An archive of one stored array, damaged, with its checksums made right again.
    fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
        let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let start = 30 + (word(&bytes, 26) & 0xffff) + (word(&bytes, 26) >> 16);
        let mut crc = flate2::Crc::new();
        crc.update(&bytes[start..start + word(&bytes, 18)]);
        let central = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        for at in [14, central + 16] {
            bytes[at..at + 4].copy_from_slice(&crc.sum().to_le_bytes());
        }
        bytes
    }

    #[test]
    fn targets_are_classes_or_values() {
        let values = archive(&[("y", array![0.5, -1.0])]);
        assert_eq!(Npz::open(&values).unwrap().targets(2).unwrap(), Answers::Values(array![[0.5], [-1.0]]));
        let table = archive(&[("y", array![[0.0, 1.0], [1.0, 0.0]])]);
        assert_eq!(Npz::open(&table).unwrap().targets(2).unwrap(), Answers::Values(array![[0.0, 1.0], [1.0, 0.0]]));
    }
}
