//! Memory that starts on a cache line: a vector load that straddles two lines costs a quarter to a half more.

use crate::real::Real;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// A fixed number of reals, zeroed at first, whose address is a multiple of 64 bytes.
#[derive(Clone, Debug)]
pub struct Aligned<R> {
    lines: Vec<Line>,
    len: usize,
    real: PhantomData<R>,
}

impl<R: Real> Aligned<R> {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Aligned<R> {
        let per_line = 64 / size_of::<R>();
        Aligned { lines: vec![Line([0; 64]); len.div_ceil(per_line)], len, real: PhantomData }
    }
}

impl<R: Real> Deref for Aligned<R> {
    type Target = [R];

    fn deref(&self) -> &[R] {
        // SAFETY: the lines hold at least `len` reals, every bit pattern is one, and the alignment is larger than theirs.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl<R: Real> DerefMut for Aligned<R> {
    fn deref_mut(&mut self) -> &mut [R] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}
