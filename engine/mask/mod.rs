//! Masks: which weights of a network are kept.
//!
//! * [`Mask`]: shape and entries, kept count, union, intersection, overlap
//! * [`Mask::bernoulli`]: every entry kept with probability p on its own
//! * [`Mask::random`], [`Mask::random_global`]: exactly round(p N) entries kept, within one layer or over all of them
//! * [`Mask::live`]: the kept entries that lie on a path from input to output
//! * [`Mask::neurons`], [`Mask::hidden_neurons`]: whole neurons kept or removed
//!
//! A network of several layers has one mask per layer. All three rules are nested: under one key a smaller keep fraction
//! keeps a subset of what a larger one keeps, so that a sweep over p compares nested networks.

mod bernoulli;
mod live;
mod neurons;
mod random;

use ndarray::{Array, ArrayD, ArrayRef, Dimension, IxDyn};
use std::fmt;

/// Kept (true) and removed (false) entries of an array of any shape.
///
/// Entries are counted in row-major order (the last axis runs fastest), as NumPy does.
#[derive(Clone, PartialEq, Eq)]
pub struct Mask {
    shape: Vec<usize>,
    /// Bit i % 64 of word i / 64 is entry i; the bits after the last entry are 0.
    words: Vec<u64>,
}

/// Two masks that do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mask of shape {got:?} does not fit one of shape {expected:?}")]
pub struct ShapeError {
    /// Shape of the second mask.
    pub got: Vec<usize>,
    /// Shape of the first.
    pub expected: Vec<usize>,
}

/// How far two masks agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Entries kept by both.
    pub both: usize,
    /// Entries kept by at least one.
    pub either: usize,
}

impl Overlap {
    /// Jaccard index both / either; 1 for two empty masks, which are equal.
    pub fn jaccard(self) -> f64 {
        if self.either == 0 { 1.0 } else { self.both as f64 / self.either as f64 }
    }
}

impl Mask {
    /// The mask that keeps everything.
    pub fn ones(shape: &[usize]) -> Mask {
        Mask::from_words(shape, |_| u64::MAX)
    }

    /// The mask whose entry i, counted in row-major order, is `keeps(i)`.
    pub fn from_fn(shape: &[usize], mut keeps: impl FnMut(usize) -> bool) -> Mask {
        let len: usize = shape.iter().product();
        Mask::from_words(shape, |word| {
            let first = 64 * word;
            (0..64.min(len - first)).fold(0, |bits, i| bits | u64::from(keeps(first + i)) << i)
        })
    }

    /// The mask that keeps the entries with these row-major indices.
    ///
    /// # Panics
    /// If an index lies outside the shape.
    pub fn from_indices(shape: &[usize], kept: impl IntoIterator<Item = usize>) -> Mask {
        let mut mask = Mask::from_words(shape, |_| 0);
        let len = mask.len();
        for i in kept {
            assert!(i < len, "entry {i} is outside shape {shape:?}");
            mask.words[i / 64] |= 1 << (i % 64);
        }
        mask
    }

    /// The mask with the entries of an array.
    pub fn from_array<D: Dimension>(array: &ArrayRef<bool, D>) -> Mask {
        let mut entries = array.iter();
        Mask::from_fn(array.shape(), |_| *entries.next().expect("one entry per index"))
    }

    /// The entries as an array.
    pub fn to_array(&self) -> ArrayD<bool> {
        let mut i = 0;
        Array::from_shape_simple_fn(IxDyn(&self.shape), || {
            i += 1;
            self.keeps(i - 1)
        })
    }

    /// Fills word after word; the bits after the last entry are cleared.
    fn from_words(shape: &[usize], word: impl FnMut(usize) -> u64) -> Mask {
        let len: usize = shape.iter().product();
        let mut words: Vec<u64> = (0..len.div_ceil(64)).map(word).collect();
        if let (Some(last), 1..) = (words.last_mut(), len % 64) {
            *last &= u64::MAX >> (64 - len % 64);
        }
        Mask { shape: shape.to_vec(), words }
    }

    /// Lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of entries, kept or not.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no entries at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether entry `index`, in row-major order, is kept.
    ///
    /// # Panics
    /// If the index is outside.
    pub fn keeps(&self, index: usize) -> bool {
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// Number of entries kept.
    pub fn kept(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether every entry is kept.
    pub fn is_dense(&self) -> bool {
        self.kept() == self.len()
    }

    /// Row-major indices of the kept entries, ascending. The cost falls with the number kept.
    pub fn indices(&self) -> Indices<'_> {
        Indices { words: self.words.iter(), next: 0, bits: 0 }
    }

    /// The entries kept by one or the other.
    ///
    /// # Errors
    /// [`ShapeError`] if the shapes differ.
    pub fn union(&self, other: &Mask) -> Result<Mask, ShapeError> {
        self.combine(other, |a, b| a | b)
    }

    /// The entries kept by both.
    ///
    /// # Errors
    /// [`ShapeError`] if the shapes differ.
    pub fn intersection(&self, other: &Mask) -> Result<Mask, ShapeError> {
        self.combine(other, |a, b| a & b)
    }

    /// How many entries both keep, and how many at least one keeps.
    ///
    /// # Errors
    /// [`ShapeError`] if the shapes differ.
    pub fn overlap(&self, other: &Mask) -> Result<Overlap, ShapeError> {
        Ok(Overlap { both: self.intersection(other)?.kept(), either: self.union(other)?.kept() })
    }

    fn combine(&self, other: &Mask, of: impl Fn(u64, u64) -> u64) -> Result<Mask, ShapeError> {
        if self.shape != other.shape {
            return Err(ShapeError { got: other.shape.clone(), expected: self.shape.clone() });
        }
        let words = self.words.iter().zip(&other.words).map(|(&a, &b)| of(a, b)).collect();
        Ok(Mask { shape: self.shape.clone(), words })
    }
}

/// The kept entries of a mask, ascending.
#[derive(Clone, Debug)]
pub struct Indices<'a> {
    words: std::slice::Iter<'a, u64>,
    /// First entry of the next word.
    next: usize,
    /// What is left of the word before it.
    bits: u64,
}

impl Iterator for Indices<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.bits = *self.words.next()?;
            self.next += 64;
        }
        let lowest = self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(self.next - 64 + lowest)
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask(shape {:?}, {} of {} kept)", self.shape, self.kept(), self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fraction::KeepFraction;
    use crate::key::Key;
    use ndarray::Array3;

    fn sample(seed: &str) -> Mask {
        Mask::bernoulli(&[3, 5, 13], KeepFraction::new(0.4).unwrap(), &Key::root(seed))
    }

    #[test]
    fn an_array_comes_back() {
        let array = Array3::from_shape_fn((3, 5, 13), |(i, j, k)| (i + 2 * j + 3 * k) % 5 < 2);
        let mask = Mask::from_array(&array);
        assert_eq!(mask.shape(), [3, 5, 13]);
        assert_eq!(mask.to_array(), array.clone().into_dyn());
        assert_eq!(mask.kept(), array.iter().filter(|&&kept| kept).count());
        // A view that is not contiguous is read in its own order.
        let turned = Mask::from_array(&array.t());
        assert_eq!(turned.to_array(), array.t().into_dyn());
    }

    #[test]
    fn indices_are_the_kept_entries_in_order() {
        for mask in [sample("a"), Mask::ones(&[130]), Mask::from_indices(&[7, 3], [20, 0]), Mask::ones(&[0, 4])] {
            let slow: Vec<usize> = (0..mask.len()).filter(|&i| mask.keeps(i)).collect();
            assert_eq!(mask.indices().collect::<Vec<_>>(), slow);
            assert_eq!(mask.kept(), slow.len());
            assert_eq!(Mask::from_indices(mask.shape(), slow), mask);
        }
    }

    #[test]
    fn union_and_intersection_count_every_entry_once() {
        let (a, b) = (sample("a"), sample("b"));
        let both = (0..a.len()).filter(|&i| a.keeps(i) && b.keeps(i)).count();
        let overlap = a.overlap(&b).unwrap();
        assert_eq!(overlap, Overlap { both, either: a.kept() + b.kept() - both });
        assert_eq!(a.overlap(&a).unwrap().jaccard(), 1.0);
        assert_eq!(a.union(&Mask::ones(a.shape())).unwrap(), Mask::ones(a.shape()));
        assert_eq!(a.intersection(&Mask::ones(a.shape())).unwrap(), a);
    }

    #[test]
    fn masks_of_other_shapes_are_refused() {
        let error = sample("a").union(&Mask::ones(&[3, 65])).unwrap_err();
        assert_eq!(error, ShapeError { got: vec![3, 65], expected: vec![3, 5, 13] });
    }
}
