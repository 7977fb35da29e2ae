//! Forward pass and gradient of the patch network on a bank of patch vectors.
//!
//! The network enters through its head sums B_k(v) = sum_r a_kr s(<w_kr, v>) alone: F_k of a sample is B_k(x_1) + B_k(x_2),
//! and with G_k(v) = dL / dB_k(v),
//!
//! dL/dw_kr = sum_v a_kr G_k(v) s'(<w_kr, v>) v,    dL/da_kr = sum_v G_k(v) s(<w_kr, v>).
//!
//! One row of *lanes* per neuron holds its pre-activations: the dense vectors, padded to whole vectors by zeros (whose
//! pre-activation is 0, so that nothing follows from them), then the one-hot vectors, likewise. A one-hot vector costs a
//! look-up of one weight.
//!
//! A dense layer is a register-blocked product. A sparse one walks each neuron's list of kept coordinates. The gradient has
//! two forms: by *rows*, which adds up the vectors on which the neuron is active and skips the others (with ReLU half of
//! them), or by *dots*, one product over all vectors for each kept weight.

use super::Task;
use super::aligned::Aligned;
use super::lanes::Lanes;
use super::lists::{combine, dots};
use crate::real::Real;
use std::ops::Range;

/// Dense vectors, both ways round. Coordinates are those that some neuron keeps and some vector has.
#[derive(Clone, Debug)]
pub(crate) struct Bank<R> {
    vectors: usize,
    coordinates: usize,
    /// Row length of `rows`: `vectors` padded.
    width: usize,
    /// Row length of `columns`: `coordinates` padded.
    depth: usize,
    /// `rows[j * width + v]`: coordinate j of vector v.
    rows: Aligned<R>,
    /// `columns[v * depth + j]`: the same.
    columns: Aligned<R>,
}

/// Numbers in 64 bytes, the length of a logical vector.
pub(crate) const fn lane_count<R>() -> usize {
    64 / size_of::<R>()
}

/// `len` padded to whole vectors.
pub(crate) const fn padded<R>(len: usize) -> usize {
    len.next_multiple_of(lane_count::<R>())
}

impl<R: Real> Bank<R> {
    /// A bank from entry(v, j).
    pub(crate) fn new(vectors: usize, coordinates: usize, mut entry: impl FnMut(usize, usize) -> R) -> Bank<R> {
        let mut bank = Bank::room(vectors, coordinates);
        for v in 0..vectors {
            for j in 0..coordinates {
                bank.columns[v * bank.depth + j] = entry(v, j);
            }
        }
        bank.turn();
        bank
    }

    /// A bank of zeros with room for so many vectors.
    pub(crate) fn room(vectors: usize, coordinates: usize) -> Bank<R> {
        let (width, depth) = (padded::<R>(vectors), padded::<R>(coordinates));
        let (rows, columns) = (Aligned::zeros(coordinates * width), Aligned::zeros(vectors * depth));
        Bank { vectors, coordinates, width, depth, rows, columns }
    }

    /// Fills `into`, which has room for them, with the named vectors.
    pub(crate) fn select(&self, vectors: &[usize], into: &mut Bank<R>) {
        into.vectors = vectors.len();
        into.width = padded::<R>(vectors.len());
        for (v, from) in vectors.iter().enumerate() {
            let row = &self.columns[from * self.depth..][..self.depth];
            into.columns[v * self.depth..][..self.depth].copy_from_slice(row);
        }
        into.turn();
    }

    /// Dense vectors, padded.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    // Rows from columns, in squares that stay in the nearest cache.
    fn turn(&mut self) {
        const SIDE: usize = 16;
        for j0 in (0..self.coordinates).step_by(SIDE) {
            for v0 in (0..self.width).step_by(SIDE) {
                for j in j0..self.coordinates.min(j0 + SIDE) {
                    for v in v0..self.width.min(v0 + SIDE) {
                        let value = if v < self.vectors { self.columns[v * self.depth + j] } else { R::ZERO };
                        self.rows[j * self.width + v] = value;
                    }
                }
            }
        }
    }
}

/// Which coordinates each neuron keeps. The first few may be 0 in every dense vector (noise that is orthogonal to the
/// signals): they are not in the bank, and only one-hot vectors see their weights.
#[derive(Clone, Debug)]
pub(crate) enum Support {
    /// All `dimension` of them; the bank has the last ones.
    Full { dimension: usize },
    /// Neuron r's weights are `starts[r]..starts[r + 1]`. From `live[r]` on they are those of the bank, and `coordinates`
    /// has their numbers there.
    Lists { starts: Vec<usize>, live: Vec<usize>, coordinates: Vec<u32> },
}

impl Support {
    /// All weights of a neuron, and those of the bank's coordinates among them.
    #[inline(always)]
    fn weights<R: Real>(&self, neuron: usize, bank: &Bank<R>) -> (Range<usize>, Range<usize>) {
        match self {
            Support::Full { dimension } => {
                let end = (neuron + 1) * dimension;
                (end - dimension..end, end - bank.coordinates..end)
            }
            Support::Lists { starts, live, .. } => {
                (starts[neuron]..starts[neuron + 1], live[neuron]..starts[neuron + 1])
            }
        }
    }
}

/// One-hot vectors seen by kept weights, grouped by neuron.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hot<R> {
    /// Neuron r's are `looks[starts[r]..starts[r + 1]]`; all of them if there are no starts, because all see the same.
    pub(crate) starts: Vec<usize>,
    pub(crate) looks: Vec<Look<R>>,
    /// How many one-hot vectors, padded.
    pub(crate) width: usize,
}

/// A weight seen by a one-hot vector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<R> {
    /// Where the weight stands among the neuron's.
    pub(crate) weight: u32,
    /// Which one-hot vector.
    pub(crate) lane: u32,
    /// The vector's one value.
    pub(crate) value: R,
}

impl<R> Hot<R> {
    #[inline(always)]
    fn of(&self, neuron: usize) -> &[Look<R>] {
        if self.starts.is_empty() { &self.looks } else { &self.looks[self.starts[neuron]..self.starts[neuron + 1]] }
    }
}

/// s(z) = max(0, z)^q, with the small powers apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Activation<R> {
    Relu,
    Square,
    Cube,
    Power(R),
}

impl<R: Real> Activation<R> {
    pub(crate) fn new(power: f64) -> Activation<R> {
        match power {
            1.0 => Activation::Relu,
            2.0 => Activation::Square,
            3.0 => Activation::Cube,
            _ => Activation::Power(R::from_f64(power)),
        }
    }

    /// s(z).
    #[inline(always)]
    fn value<V: Lanes<R>>(self, z: V) -> V {
        // 0 first: then NaN stays NaN.
        let plus = V::splat(R::ZERO).max(z);
        match self {
            Activation::Relu => plus,
            Activation::Square => plus.mul(plus),
            Activation::Cube => plus.mul(plus).mul(plus),
            Activation::Power(q) => each(plus, |x| x.powf(q)),
        }
    }

    /// g s'(z), 0 where z <= 0.
    #[inline(always)]
    fn slope<V: Lanes<R>>(self, z: V, g: V) -> V {
        let plus = V::splat(R::ZERO).max(z);
        match self {
            Activation::Relu => z.if_positive(g),
            Activation::Square => plus.add(plus).mul(g),
            Activation::Cube => plus.mul(plus).mul(V::splat(R::from_f64(3.0))).mul(g),
            Activation::Power(q) => z.if_positive(each(plus, |x| x.powf(q - R::ONE) * q).mul(g)),
        }
    }
}

#[inline(always)]
fn each<R: Real, V: Lanes<R>>(v: V, f: impl Fn(R) -> R) -> V {
    let mut lanes = [R::ZERO; 16];
    v.store_some(&mut lanes[..V::COUNT]);
    lanes[..V::COUNT].iter_mut().for_each(|x| *x = f(*x));
    V::load_some(&lanes, V::COUNT)
}

/// The layer as the kernels see it.
#[derive(Clone, Copy)]
pub(crate) struct Layer<'a, R> {
    pub(crate) bank: &'a Bank<R>,
    pub(crate) support: &'a Support,
    pub(crate) hot: &'a Hot<R>,
    pub(crate) activation: Activation<R>,
    pub(crate) heads: usize,
    /// Neurons per head.
    pub(crate) neurons: usize,
}

impl<R: Real> Layer<'_, R> {
    /// Lanes of one neuron's row.
    pub(crate) fn lanes(&self) -> usize {
        self.bank.width + self.hot.width
    }
}

/// Pre-activations and head sums.
pub(crate) struct Forward<'a, R> {
    pub(crate) layer: Layer<'a, R>,
    /// Kept weights, in the order of the lists (full: rows of d).
    pub(crate) weights: &'a [R],
    /// One per neuron; ones if `None`.
    pub(crate) outer: Option<&'a [R]>,
    /// (neurons, lanes).
    pub(crate) z: &'a mut [R],
    /// (heads, lanes).
    pub(crate) sums: &'a mut [R],
}

impl<R: Real> Task<R> for Forward<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<R>>(mut self) {
        let Layer { bank, support, hot, heads, neurons, .. } = self.layer;
        let lanes = self.layer.lanes();
        let all = heads * neurons;
        assert!(self.z.len() >= all * lanes && self.sums.len() >= heads * lanes);
        match support {
            Support::Full { dimension } => {
                assert!(self.weights.len() == all * dimension && bank.coordinates <= *dimension);
                // SAFETY: the two assertions, and a bank's rows.
                unsafe {
                    let weights = self.weights.as_ptr().add(dimension - bank.coordinates);
                    full::<R, V>(weights, *dimension, bank, all, self.z.as_mut_ptr(), lanes);
                }
            }
            Support::Lists { starts, coordinates, .. } => {
                assert!(starts.len() == all + 1 && coordinates.len() == self.weights.len());
                for vectors in panels::<R, V>(bank.width, bank.coordinates, 4) {
                    for neuron in 0..all {
                        let (_, list) = support.weights(neuron, bank);
                        let (weights, coordinates) = (&self.weights[list.clone()], &coordinates[list]);
                        let z = &mut self.z[neuron * lanes..][vectors.clone()];
                        // SAFETY: coordinates of a list are below the bank's.
                        unsafe {
                            let rows = bank.rows.as_ptr().add(vectors.start);
                            combine::<R, V>(R::ZERO, weights, coordinates, rows, bank.width, z);
                        }
                    }
                }
            }
        }
        for neuron in 0..all {
            let z = &mut self.z[neuron * lanes + bank.width..][..hot.width];
            let weights = &self.weights[support.weights(neuron, bank).0];
            z.fill(R::ZERO);
            for look in hot.of(neuron) {
                z[look.lane as usize] = weights[look.weight as usize] * look.value;
            }
        }
        // The kind of activation is decided outside the loops.
        match self.layer.activation {
            Activation::Relu => self.head_sums::<V>(Activation::Relu),
            Activation::Square => self.head_sums::<V>(Activation::Square),
            Activation::Cube => self.head_sums::<V>(Activation::Cube),
            power => self.head_sums::<V>(power),
        }
    }
}

impl<R: Real> Forward<'_, R> {
    #[inline(always)]
    fn head_sums<V: Lanes<R>>(&mut self, activation: Activation<R>) {
        let lanes = self.layer.lanes();
        let wide = 4 * V::COUNT;
        for head in 0..self.layer.heads {
            // SAFETY: `run` has asserted the lengths.
            unsafe {
                for from in (0..lanes / wide * wide).step_by(wide) {
                    self.head_tile::<V, 4>(activation, head, from);
                }
                for from in (lanes / wide * wide..lanes).step_by(V::COUNT) {
                    self.head_tile::<V, 1>(activation, head, from);
                }
            }
        }
    }

    // The sums of one head over its neurons, in a few vectors that stay in registers.
    #[inline(always)]
    unsafe fn head_tile<V: Lanes<R>, const WIDE: usize>(
        &mut self,
        activation: Activation<R>,
        head: usize,
        from: usize,
    ) {
        let (neurons, lanes) = (self.layer.neurons, self.layer.lanes());
        let mut sums = [V::splat(R::ZERO); WIDE];
        for neuron in head * neurons..(head + 1) * neurons {
            let outer = V::splat(self.outer.map_or(R::ONE, |a| a[neuron]));
            for (v, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the caller's.
                let z = unsafe { V::load(self.z.as_ptr().add(neuron * lanes + from + v * V::COUNT)) };
                *sum = outer.fma(activation.value(z), *sum);
            }
        }
        for (v, sum) in sums.iter().enumerate() {
            // SAFETY: the caller's.
            unsafe { sum.store(self.sums.as_mut_ptr().add(head * lanes + from + v * V::COUNT)) };
        }
    }
}

// Bytes of the bank that all neurons pass over before the next part is taken: half of a second-level cache of 1 MiB.
const PANEL: usize = 1 << 19;

// Whole vectors of a row, in equal parts of which `rows` rows stay near; at least so many vectors in a part.
#[inline(always)]
fn panels<R: Real, V: Lanes<R>>(width: usize, rows: usize, least: usize) -> impl Iterator<Item = Range<usize>> {
    let vectors = width / V::COUNT;
    let most = (PANEL / 64 / rows.max(1)).max(least);
    let count = vectors.div_ceil(most);
    (0..count).map(move |part| part * vectors / count * V::COUNT..(part + 1) * vectors / count * V::COUNT)
}

// z = W X by tiles of neurons and vectors whose sums stay in registers, each over the coordinates in order.
#[inline(always)]
unsafe fn full<R: Real, V: Lanes<R>>(
    weights: *const R,
    dimension: usize,
    bank: &Bank<R>,
    all: usize,
    z: *mut R,
    lanes: usize,
) {
    let vectors = bank.width / V::COUNT;
    let (tall, wide) = if V::REGISTERS >= 32 { (4, 4) } else { (2, 2) };
    let mut from = 0;
    // Vectors outside: their part of the bank stays near while all neurons pass.
    while from < vectors {
        let here = wide.min(vectors - from);
        let mut neuron = 0;
        while neuron < all {
            let tile = if all - neuron >= tall { tall } else { 1 };
            // SAFETY: the tile lies inside weights, bank and z.
            unsafe {
                let weights = weights.add(neuron * dimension);
                let rows = bank.rows.as_ptr().add(from * V::COUNT);
                let z = z.add(neuron * lanes + from * V::COUNT);
                match (tile, here) {
                    (4, 4) => full_tile::<R, V, 4, 4>(weights, dimension, rows, bank, z, lanes),
                    (4, 3) => full_tile::<R, V, 4, 3>(weights, dimension, rows, bank, z, lanes),
                    (4, 2) => full_tile::<R, V, 4, 2>(weights, dimension, rows, bank, z, lanes),
                    (4, _) => full_tile::<R, V, 4, 1>(weights, dimension, rows, bank, z, lanes),
                    (2, 2) => full_tile::<R, V, 2, 2>(weights, dimension, rows, bank, z, lanes),
                    (2, _) => full_tile::<R, V, 2, 1>(weights, dimension, rows, bank, z, lanes),
                    (_, 4) => full_tile::<R, V, 1, 4>(weights, dimension, rows, bank, z, lanes),
                    (_, 3) => full_tile::<R, V, 1, 3>(weights, dimension, rows, bank, z, lanes),
                    (_, 2) => full_tile::<R, V, 1, 2>(weights, dimension, rows, bank, z, lanes),
                    _ => full_tile::<R, V, 1, 1>(weights, dimension, rows, bank, z, lanes),
                }
            }
            neuron += tile;
        }
        from += here;
    }
}

#[inline(always)]
unsafe fn full_tile<R: Real, V: Lanes<R>, const TALL: usize, const WIDE: usize>(
    weights: *const R,
    dimension: usize,
    rows: *const R,
    bank: &Bank<R>,
    z: *mut R,
    lanes: usize,
) {
    // SAFETY: the caller's.
    unsafe {
        let mut sums = [[V::splat(R::ZERO); WIDE]; TALL];
        let mut row = rows;
        for j in 0..bank.coordinates {
            let mut x = [V::splat(R::ZERO); WIDE];
            for (v, x) in x.iter_mut().enumerate() {
                *x = V::load(row.add(v * V::COUNT));
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                let w = V::splat(*weights.add(r * dimension + j));
                for (sum, x) in sums.iter_mut().zip(x) {
                    *sum = w.fma(x, *sum);
                }
            }
            row = row.add(bank.width);
        }
        for (r, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                sum.store(z.add(r * lanes + v * V::COUNT));
            }
        }
    }
}

/// The gradient from the pre-activations and G.
pub(crate) struct Backward<'a, R> {
    pub(crate) layer: Layer<'a, R>,
    pub(crate) outer: Option<&'a [R]>,
    /// (neurons, lanes).
    pub(crate) z: &'a [R],
    /// G; (heads, lanes).
    pub(crate) head_slopes: &'a [R],
    /// By rows rather than by dots.
    pub(crate) by_rows: bool,
    /// Gradient by the kept weights.
    pub(crate) grad: &'a mut [R],
    /// Gradient by the outer weights.
    pub(crate) grad_outer: Option<&'a mut [R]>,
    /// One row of lanes.
    pub(crate) slopes: &'a mut [R],
    /// The active vectors of one neuron: their slopes and numbers, with a vector's room to spare.
    pub(crate) active: &'a mut [R],
    pub(crate) places: &'a mut [u32],
    /// One row of coordinates.
    pub(crate) row: &'a mut [R],
}

impl<R: Real> Task<R> for Backward<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<R>>(mut self) {
        let Layer { bank, heads, neurons, .. } = self.layer;
        let lanes = self.layer.lanes();
        assert!(self.z.len() >= heads * neurons * lanes && self.head_slopes.len() >= heads * lanes);
        assert!(self.slopes.len() >= lanes && self.row.len() >= bank.depth);
        assert!(self.active.len() >= lanes + V::COUNT && self.places.len() >= lanes + V::COUNT);
        if self.by_rows {
            for columns in panels::<R, V>(bank.depth, bank.vectors, 4) {
                for neuron in 0..heads * neurons {
                    self.slopes::<V>(neuron);
                    // SAFETY: the assertions; places are below the bank's vectors.
                    unsafe { self.rows::<V>(neuron, columns.clone()) };
                    // What the one-hot vectors add, once the dense ones are all in.
                    if columns.end == bank.depth {
                        self.hot(neuron);
                    }
                }
            }
        } else {
            for neuron in 0..heads * neurons {
                self.slopes::<V>(neuron);
                // SAFETY: coordinates of a list are below the bank's.
                unsafe { self.dots::<V>(neuron) };
                self.hot(neuron);
            }
        }
    }
}

impl<R: Real> Backward<'_, R> {
    // dL / dz of one neuron, and its outer weight's gradient.
    #[inline(always)]
    fn slopes<V: Lanes<R>>(&mut self, neuron: usize) {
        // The kind of activation is decided outside the loop.
        match self.layer.activation {
            Activation::Relu => self.slopes_of::<V>(Activation::Relu, neuron),
            Activation::Square => self.slopes_of::<V>(Activation::Square, neuron),
            Activation::Cube => self.slopes_of::<V>(Activation::Cube, neuron),
            power => self.slopes_of::<V>(power, neuron),
        }
    }

    #[inline(always)]
    fn slopes_of<V: Lanes<R>>(&mut self, activation: Activation<R>, neuron: usize) {
        let lanes = self.layer.lanes();
        let z = &self.z[neuron * lanes..][..lanes];
        let g = &self.head_slopes[neuron / self.layer.neurons * lanes..][..lanes];
        let slopes = &mut self.slopes[..lanes];
        let outer = V::splat(self.outer.map_or(R::ONE, |a| a[neuron]));
        let mut outer_grad = V::splat(R::ZERO);
        for at in (0..lanes).step_by(V::COUNT) {
            // SAFETY: lanes are whole vectors.
            unsafe {
                let (z, g) = (V::load(z.as_ptr().add(at)), V::load(g.as_ptr().add(at)));
                activation.slope(z, g.mul(outer)).store(slopes.as_mut_ptr().add(at));
                if self.grad_outer.is_some() {
                    outer_grad = g.fma(activation.value(z), outer_grad);
                }
            }
        }
        if let Some(grad) = &mut self.grad_outer {
            grad[neuron] = V::sums(&[outer_grad; 16]).first();
        }
    }

    #[inline(always)]
    fn hot(&mut self, neuron: usize) {
        let Layer { bank, hot, support, .. } = self.layer;
        let slopes = &self.slopes[bank.width..][..hot.width];
        let (all, live) = support.weights(neuron, bank);
        self.grad[all.start..live.start].fill(R::ZERO);
        let grad = &mut self.grad[all];
        for look in hot.of(neuron) {
            grad[look.weight as usize] += slopes[look.lane as usize] * look.value;
        }
    }

    #[inline(always)]
    unsafe fn rows<V: Lanes<R>>(&mut self, neuron: usize, columns: Range<usize>) {
        let bank = self.layer.bank;
        let mut active = 0;
        for at in (0..bank.width).step_by(V::COUNT) {
            // SAFETY: the caller's.
            unsafe {
                let (values, places) = (self.active.as_mut_ptr().add(active), self.places.as_mut_ptr().add(active));
                active += V::load(self.slopes.as_ptr().add(at)).compress(at as u32, values, places);
            }
        }
        let (values, places) = (&self.active[..active], &self.places[..active]);
        // SAFETY: a panel lies inside the bank's columns.
        let from = unsafe { bank.columns.as_ptr().add(columns.start) };
        let (_, live) = self.layer.support.weights(neuron, bank);
        match self.layer.support {
            Support::Full { .. } => {
                let grad = &mut self.grad[live][columns.start..columns.end.min(bank.coordinates)];
                // SAFETY: the caller's.
                unsafe { combine::<R, V>(R::ZERO, values, places, from, bank.depth, grad) };
            }
            Support::Lists { coordinates, .. } => {
                let row = &mut self.row[columns.clone()];
                // SAFETY: the caller's.
                unsafe { combine::<R, V>(R::ZERO, values, places, from, bank.depth, row) };
                // Lists ascend wherever the gradient goes by rows.
                let list = &coordinates[live.clone()];
                let before = |end: usize| list.partition_point(|j| (*j as usize) < end);
                let whole = columns.len() == bank.depth;
                let part = if whole { 0..list.len() } else { before(columns.start)..before(columns.end) };
                let grad = &mut self.grad[live][part.clone()];
                for (grad, j) in grad.iter_mut().zip(&list[part]) {
                    // SAFETY: these coordinates are in the panel.
                    *grad = unsafe { *row.get_unchecked(*j as usize - columns.start) };
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn dots<V: Lanes<R>>(&mut self, neuron: usize) {
        let bank = self.layer.bank;
        let Support::Lists { coordinates, .. } = self.layer.support else { return };
        let (_, live) = self.layer.support.weights(neuron, bank);
        let (grad, coordinates) = (&mut self.grad[live.clone()], &coordinates[live]);
        // SAFETY: the caller's; the slopes are as wide as the bank's rows.
        unsafe { dots::<R, V>(&self.slopes[..bank.width], coordinates, bank.rows.as_ptr(), bank.width, grad, false) };
    }
}
