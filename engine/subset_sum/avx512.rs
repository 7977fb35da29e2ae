//! The passes of `merge` in 512-bit registers: eight numbers at a time, by bitonic networks.
//!
//! A stream holds eight numbers in order, takes the next eight from the list whose next number is smaller, and merges the
//! two vectors: the lower half is the next of the merged list, the upper half is held (Inoue and Taura 2015). A stream is
//! one long chain of dependent steps, so four run side by side: two pairs, or two halves of one, each from both ends. Ends
//! meet in the middle and overlap; what both give is the same.

use super::list::Pair;
use super::merge::Nearest;
use super::recover::{Half, first_mask};
use std::arch::x86_64::*;
use std::hint::{black_box, select_unpredictable};

/// Two runs as pointers, with room for eight reads beyond either end.
#[derive(Clone, Copy)]
struct Job {
    a: *const i64,
    b: *const i64,
    a_end: *const i64,
    b_end: *const i64,
    shift: i64,
    len: usize,
}

// SAFETY of every block below: callers have checked that the machine has the instructions, that a pair has 16 numbers in
// blocks of eight or at least 128, and that outputs have room. Lists have eight sentinels at either end, and a stream
// takes hardly more than half of its numbers, so that it never reads beyond them.

impl Job {
    fn of(pair: Pair<'_>) -> Job {
        let ((a, a_end), (b, b_end)) = (pair.a.bounds(), pair.b.bounds());
        Job { a, b, a_end, b_end, shift: pair.shift, len: pair.len() }
    }

    /// The smaller and the larger half of a pair.
    fn halves(pair: Pair<'_>) -> [Job; 2] {
        let (a, b) = (pair.a.get(), pair.b.get());
        let middle = pair.len() / 2;
        // How many of the smaller half are in `a`.
        let (mut least, mut most) = (middle.saturating_sub(b.len()), middle.min(a.len()));
        while least < most {
            let i = (least + most) / 2;
            if a[i] <= b[middle - i - 1] + pair.shift { least = i + 1 } else { most = i }
        }
        let whole = Job::of(pair);
        let (a, b) = (whole.a.wrapping_add(least), whole.b.wrapping_add(middle - least));
        [Job { a_end: a, b_end: b, len: middle, ..whole }, Job { a, b, len: pair.len() - middle, ..whole }]
    }

    #[inline(always)]
    unsafe fn first(&self) -> i64 {
        unsafe { (*self.a).min(*self.b + self.shift) }
    }

    #[inline(always)]
    unsafe fn last(&self) -> i64 {
        unsafe { (*self.a_end.sub(1)).max(*self.b_end.sub(1) + self.shift) }
    }
}

/// Which lanes of each step of the network take the larger number. Hidden from the compiler, which would otherwise turn
/// every choice of lanes into a slower shuffle.
#[derive(Clone, Copy)]
struct Network(u8, u8, u8);

impl Network {
    #[inline(always)]
    fn new() -> Network {
        let [far, near, next] = black_box([0xf0, 0xcc, 0xaa]);
        Network(far, near, next)
    }

    /// Sorts a vector that rises and then falls, or the other way around, into ascending order.
    #[inline(always)]
    unsafe fn ascending(self, v: __m512i) -> __m512i {
        unsafe {
            let other = _mm512_shuffle_i64x2::<0x4e>(v, v);
            let v = _mm512_mask_max_epi64(_mm512_min_epi64(v, other), self.0, v, other);
            let other = _mm512_permutex_epi64::<0x4e>(v);
            let v = _mm512_mask_max_epi64(_mm512_min_epi64(v, other), self.1, v, other);
            let other = _mm512_shuffle_epi32::<0x4e>(v);
            _mm512_mask_max_epi64(_mm512_min_epi64(v, other), self.2, v, other)
        }
    }

    /// The same into descending order: beside an ascending vector it needs no reversal.
    #[inline(always)]
    unsafe fn descending(self, v: __m512i) -> __m512i {
        unsafe {
            let other = _mm512_shuffle_i64x2::<0x4e>(v, v);
            let v = _mm512_mask_min_epi64(_mm512_max_epi64(v, other), self.0, v, other);
            let other = _mm512_permutex_epi64::<0x4e>(v);
            let v = _mm512_mask_min_epi64(_mm512_max_epi64(v, other), self.1, v, other);
            let other = _mm512_shuffle_epi32::<0x4e>(v);
            _mm512_mask_min_epi64(_mm512_max_epi64(v, other), self.2, v, other)
        }
    }
}

#[inline(always)]
unsafe fn reversed(v: __m512i) -> __m512i {
    unsafe { _mm512_permutexvar_epi64(_mm512_setr_epi64(7, 6, 5, 4, 3, 2, 1, 0), v) }
}

/// Eight numbers of either list, the second one shifted.
#[inline(always)]
unsafe fn load(second: bool, a: *const i64, b: *const i64, shift: i64) -> __m512i {
    unsafe {
        let v = _mm512_loadu_si512(select_unpredictable(second, b, a).cast());
        _mm512_add_epi64(v, _mm512_set1_epi64(select_unpredictable(second, shift, 0)))
    }
}

/// The merged list from its smallest number up.
struct Up {
    a: *const i64,
    b: *const i64,
    /// Descending.
    held: __m512i,
}

impl Up {
    #[inline(always)]
    unsafe fn new(job: &Job) -> Up {
        unsafe {
            let mut up = Up { a: job.a, b: job.b, held: _mm512_setzero_si512() };
            up.held = reversed(up.take(job.shift));
            up
        }
    }

    #[inline(always)]
    unsafe fn take(&mut self, shift: i64) -> __m512i {
        unsafe {
            let second = *self.a > *self.b + shift;
            let v = load(second, self.a, self.b, shift);
            let step = 8 * usize::from(second);
            self.a = self.a.wrapping_add(8 - step);
            self.b = self.b.wrapping_add(step);
            v
        }
    }

    #[inline(always)]
    unsafe fn next(&mut self, shift: i64, network: Network) -> __m512i {
        unsafe {
            let v = self.take(shift);
            let (low, high) = (_mm512_min_epi64(self.held, v), _mm512_max_epi64(self.held, v));
            self.held = network.descending(high);
            network.ascending(low)
        }
    }
}

/// The merged list from its largest number down; pointers to the last eight that are left.
struct Down {
    a: *const i64,
    b: *const i64,
    /// Descending.
    held: __m512i,
}

impl Down {
    #[inline(always)]
    unsafe fn new(job: &Job) -> Down {
        unsafe {
            let (a, b) = (job.a_end.wrapping_sub(8), job.b_end.wrapping_sub(8));
            let mut down = Down { a, b, held: _mm512_setzero_si512() };
            down.held = reversed(down.take(job.shift));
            down
        }
    }

    #[inline(always)]
    unsafe fn take(&mut self, shift: i64) -> __m512i {
        unsafe {
            let second = *self.a.add(7) <= *self.b.add(7) + shift;
            let v = load(second, self.a, self.b, shift);
            let step = 8 * usize::from(second);
            self.a = self.a.wrapping_sub(8 - step);
            self.b = self.b.wrapping_sub(step);
            v
        }
    }

    #[inline(always)]
    unsafe fn next(&mut self, shift: i64, network: Network) -> __m512i {
        unsafe {
            let v = self.take(shift);
            let (low, high) = (_mm512_min_epi64(self.held, v), _mm512_max_epi64(self.held, v));
            self.held = network.descending(low);
            network.ascending(high)
        }
    }
}

/// What is done with the merged lists of two jobs, block by block.
trait Sink {
    /// Eight neighbours of the merged list of a job, the next ones up; the first of them is number `at`.
    unsafe fn up(&mut self, job: usize, at: usize, v: __m512i);
    /// The next ones down.
    unsafe fn down(&mut self, job: usize, at: usize, v: __m512i);
}

/// Gives the sink `blocks` blocks of both jobs from either end.
#[inline(always)]
unsafe fn read(jobs: [Job; 2], blocks: usize, sink: &mut impl Sink) {
    unsafe {
        let network = Network::new();
        let [one, two] = jobs;
        let (mut up_one, mut down_one) = (Up::new(&one), Down::new(&one));
        let (mut up_two, mut down_two) = (Up::new(&two), Down::new(&two));
        for at in (0..blocks).map(|block| 8 * block) {
            sink.up(0, at, up_one.next(one.shift, network));
            sink.down(0, one.len - 8 - at, down_one.next(one.shift, network));
            sink.up(1, at, up_two.next(two.shift, network));
            sink.down(1, two.len - 8 - at, down_two.next(two.shift, network));
        }
    }
}

/// Blocks from either end that give every number of two jobs.
fn blocks_of_all(jobs: &[Job; 2]) -> usize {
    jobs[0].len.max(jobs[1].len).div_ceil(16)
}

/// Blocks from either end that overlap: every two neighbours are in one block or in two that follow each other.
fn blocks_that_overlap(jobs: &[Job; 2]) -> usize {
    jobs[0].len.max(jobs[1].len) / 16 + 1
}

/// Writes the merged lists.
struct Write([*mut i64; 2]);

impl Sink for Write {
    #[inline(always)]
    unsafe fn up(&mut self, job: usize, at: usize, v: __m512i) {
        unsafe { _mm512_storeu_si512(self.0[job].add(at).cast(), v) }
    }
    #[inline(always)]
    unsafe fn down(&mut self, job: usize, at: usize, v: __m512i) {
        unsafe { _mm512_storeu_si512(self.0[job].add(at).cast(), v) }
    }
}

/// Writes merged lists from their lower halves: a subset and its complement add up to the same for every subset, so that
/// the list of all sums is its own mirror image.
struct Mirror {
    out: [*mut i64; 2],
    len: usize,
    /// Smallest and largest sum together.
    ends: [__m512i; 2],
}

impl Mirror {
    #[inline(always)]
    unsafe fn write(&mut self, job: usize, at: usize, v: __m512i) {
        unsafe {
            _mm512_storeu_si512(self.out[job].add(at).cast(), v);
            let image = _mm512_sub_epi64(self.ends[job], reversed(v));
            _mm512_storeu_si512(self.out[job].add(self.len - 8 - at).cast(), image);
        }
    }
}

impl Sink for Mirror {
    #[inline(always)]
    unsafe fn up(&mut self, job: usize, at: usize, v: __m512i) {
        unsafe { self.write(job, at, v) }
    }
    #[inline(always)]
    unsafe fn down(&mut self, job: usize, at: usize, v: __m512i) {
        unsafe { self.write(job, at, v) }
    }
}

/// The blocks before, to see neighbours across them.
struct Edges {
    below: [__m512i; 2],
    above: [__m512i; 2],
}

impl Edges {
    #[inline(always)]
    unsafe fn new(jobs: &[Job; 2], halves: bool) -> Edges {
        unsafe {
            // The halves of one list are neighbours themselves.
            let above = if halves { jobs[1].first() } else { jobs[0].last() };
            Edges {
                below: [_mm512_set1_epi64(jobs[0].first()), _mm512_set1_epi64(jobs[1].first())],
                above: [_mm512_set1_epi64(above), _mm512_set1_epi64(jobs[1].last())],
            }
        }
    }

    /// The left neighbours of a block that goes up.
    #[inline(always)]
    unsafe fn left(&mut self, job: usize, v: __m512i) -> __m512i {
        unsafe { _mm512_alignr_epi64::<7>(v, std::mem::replace(&mut self.below[job], v)) }
    }

    /// The right neighbours of a block that goes down.
    #[inline(always)]
    unsafe fn right(&mut self, job: usize, v: __m512i) -> __m512i {
        unsafe { _mm512_alignr_epi64::<1>(std::mem::replace(&mut self.above[job], v), v) }
    }
}

/// Looks for the closest numbers of different lists: first lists are even, and second lists are shifted to odd numbers, so
/// that neighbours of different lists are those with an odd difference.
struct Closest<'a> {
    edges: Edges,
    /// Rotated by a bit, odd differences are negative, the smallest first.
    bound: __m512i,
    shifts: [i64; 2],
    /// Which of `found` each job adds to.
    place: [usize; 2],
    /// Behind a reference, so that the rest stays in registers.
    found: &'a mut [Nearest; 2],
}

impl Closest<'_> {
    #[inline(always)]
    unsafe fn neighbours(&mut self, job: usize, left: __m512i, right: __m512i) {
        unsafe {
            let rotated = _mm512_ror_epi64::<1>(_mm512_sub_epi64(right, left));
            let close = _mm512_cmple_epi64_mask(rotated, self.bound);
            if close != 0 {
                self.bound = meet(self.found, self.place[job], self.shifts[job], left, right);
            }
        }
    }
}

#[inline(always)]
unsafe fn bound(found: &[Nearest; 2]) -> __m512i {
    unsafe { _mm512_set1_epi64(i64::MIN + found[0].gap.min(found[1].gap) / 2) }
}

#[cold]
#[inline(never)]
#[target_feature(enable = "avx512f")]
unsafe fn meet(found: &mut [Nearest; 2], place: usize, shift: i64, left: __m512i, right: __m512i) -> __m512i {
    unsafe {
        let (mut lefts, mut rights) = ([0i64; 8], [0i64; 8]);
        _mm512_storeu_si512(lefts.as_mut_ptr().cast(), left);
        _mm512_storeu_si512(rights.as_mut_ptr().cast(), right);
        for (left, right) in lefts.into_iter().zip(rights) {
            if (left ^ right) & 1 == 1 {
                let (a, odd) = if left & 1 == 0 { (left, right) } else { (right, left) };
                found[place].meet((a - (odd - 1)).abs(), a, odd - shift);
            }
        }
        bound(found)
    }
}

impl Sink for Closest<'_> {
    #[inline(always)]
    unsafe fn up(&mut self, job: usize, _: usize, v: __m512i) {
        unsafe {
            let left = self.edges.left(job, v);
            self.neighbours(job, left, v);
        }
    }
    #[inline(always)]
    unsafe fn down(&mut self, job: usize, _: usize, v: __m512i) {
        unsafe {
            let right = self.edges.right(job, v);
            self.neighbours(job, v, right);
        }
    }
}

/// Looks for the largest difference of neighbours.
struct Widest {
    edges: Edges,
    gap: __m512i,
}

impl Sink for Widest {
    #[inline(always)]
    unsafe fn up(&mut self, job: usize, _: usize, v: __m512i) {
        unsafe { self.gap = _mm512_max_epi64(self.gap, _mm512_sub_epi64(v, self.edges.left(job, v))) }
    }
    #[inline(always)]
    unsafe fn down(&mut self, job: usize, _: usize, v: __m512i) {
        unsafe { self.gap = _mm512_max_epi64(self.gap, _mm512_sub_epi64(self.edges.right(job, v), v)) }
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,bmi1,bmi2,popcnt")]
pub(super) unsafe fn merge(pair: Pair<'_>, out: &mut [i64]) {
    unsafe {
        let jobs = Job::halves(pair);
        let out = out.as_mut_ptr();
        read(jobs, blocks_of_all(&jobs), &mut Write([out, out.add(jobs[0].len)]));
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,bmi1,bmi2,popcnt")]
pub(super) unsafe fn merge_two(pairs: [Pair<'_>; 2], out: [&mut [i64]; 2]) {
    unsafe {
        let jobs = pairs.map(Job::of);
        read(jobs, blocks_of_all(&jobs), &mut Write(out.map(|out| out.as_mut_ptr())));
    }
}

/// As [`merge_two`] for pairs of a list of all subset sums with itself.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,bmi1,bmi2,popcnt")]
pub(super) unsafe fn double_two(pairs: [Pair<'_>; 2], out: [&mut [i64]; 2]) {
    unsafe {
        let jobs = pairs.map(|pair| Job::halves(pair)[0]);
        let ends = pairs.map(|pair| _mm512_set1_epi64(Job::of(pair).first() + Job::of(pair).last()));
        let out = out.map(|out| out.as_mut_ptr());
        read(jobs, blocks_of_all(&jobs), &mut Mirror { out, len: pairs[0].len(), ends });
    }
}

/// The closest numbers of two jobs, or of the halves of one list. Pairs far beyond the mean distance of neighbouring sums
/// are not looked at, so that few pairs interrupt the stream; if there was nothing else, a second pass looks at all.
#[inline(always)]
unsafe fn closest(pair: Pair<'_>, jobs: [Job; 2], halves: bool) -> [Nearest; 2] {
    let (a, b) = (pair.a.get(), pair.b.get());
    let spread = |list: &[i64]| list[list.len() - 1] - list[0];
    let mean = (spread(a) + spread(b)) / (a.len() * b.len()) as i64;
    let mut found = [Nearest::NONE; 2];
    for limit in [4 * mean, i64::MAX] {
        found = [Nearest { gap: limit, ..Nearest::NONE }; 2];
        unsafe {
            let mut closest = Closest {
                edges: Edges::new(&jobs, halves),
                bound: bound(&found),
                shifts: [jobs[0].shift, jobs[1].shift],
                place: [0, usize::from(!halves)],
                found: &mut found,
            };
            read(jobs, blocks_that_overlap(&jobs), &mut closest);
        }
        if found[0].gap.min(found[1].gap) < limit {
            break;
        }
    }
    found
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,bmi1,bmi2,popcnt")]
pub(super) unsafe fn nearest(pair: Pair<'_>) -> Nearest {
    unsafe { closest(pair, Job::halves(Pair { shift: pair.shift + 1, ..pair }), true)[0] }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,bmi1,bmi2,popcnt")]
pub(super) unsafe fn nearest_of_two(pairs: [Pair<'_>; 2]) -> (usize, Nearest) {
    unsafe {
        let jobs = pairs.map(|pair| Job::of(Pair { shift: pair.shift + 1, ..pair }));
        let [first, second] = closest(pairs[0], jobs, false);
        if second.gap < first.gap { (1, second) } else { (0, first) }
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,bmi1,bmi2,popcnt")]
pub(super) unsafe fn largest_gap(pair: Pair<'_>) -> i64 {
    unsafe {
        let jobs = Job::halves(pair);
        let mut widest = Widest { edges: Edges::new(&jobs, true), gap: _mm512_setzero_si512() };
        read(jobs, blocks_that_overlap(&jobs), &mut widest);
        _mm512_reduce_max_epi64(widest.gap)
    }
}

/// [`first_mask`] for one of two sums, compiled with these instructions.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,bmi1,bmi2,popcnt")]
pub(super) unsafe fn first_mask_of(half: Half<'_>, sums: [i64; 2]) -> u64 {
    first_mask(half, |sum| sum == sums[0] || sum == sums[1]).0
}
