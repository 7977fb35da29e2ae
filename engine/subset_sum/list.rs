//! Sorted whole numbers between sentinels, so that vector code may read eight numbers wherever one is.

/// Beyond all numbers: with lists below 2^60 and shifts up to 2^61 in size, a shifted sentinel still is.
pub(super) const BEYOND: i64 = 1 << 62;
/// Sentinels at either end.
const MARGIN: usize = 8;

/// A sorted list in memory that is used again.
#[derive(Clone, Debug)]
pub(super) struct List {
    memory: Vec<i64>,
    len: usize,
}

impl List {
    /// A list of these numbers, which are sorted.
    pub(super) fn of(numbers: &[i64]) -> List {
        let mut list = List { memory: Vec::new(), len: 0 };
        list.reset(numbers.len()).copy_from_slice(numbers);
        list
    }

    /// Makes room for `len` numbers, to be written by the caller.
    pub(super) fn reset(&mut self, len: usize) -> &mut [i64] {
        if self.memory.len() < len + 2 * MARGIN {
            self.memory.resize(len + 2 * MARGIN, -BEYOND);
            self.memory[..MARGIN].fill(-BEYOND);
        }
        self.len = len;
        let (numbers, after) = self.memory[MARGIN..].split_at_mut(len);
        after[..MARGIN].fill(BEYOND);
        numbers
    }

    /// The numbers.
    pub(super) fn get(&self) -> &[i64] {
        &self.memory[MARGIN..MARGIN + self.len]
    }

    /// All of them.
    pub(super) fn all(&self) -> Run<'_> {
        self.run(0, self.len)
    }

    /// Those from one position to another.
    pub(super) fn run(&self, from: usize, to: usize) -> Run<'_> {
        assert!(from <= to && to <= self.len);
        Run { list: self, from, to }
    }
}

/// A part of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    list: &'a List,
    from: usize,
    to: usize,
}

impl<'a> Run<'a> {
    /// Its numbers.
    pub(super) fn get(self) -> &'a [i64] {
        &self.list.get()[self.from..self.to]
    }

    /// Whether it is all of its list.
    #[cfg(test)]
    pub(super) fn is_whole(self) -> bool {
        (self.from, self.to) == (0, self.list.len)
    }

    /// Where it begins and ends, within memory that goes on for eight numbers at least on either side.
    pub(super) fn bounds(self) -> (*const i64, *const i64) {
        let numbers = self.list.memory.as_ptr().wrapping_add(MARGIN);
        (numbers.wrapping_add(self.from), numbers.wrapping_add(self.to))
    }
}

/// Two runs that are read together, the second one shifted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    /// The first.
    pub(super) a: Run<'a>,
    /// The second.
    pub(super) b: Run<'a>,
    /// What is added to every number of the second.
    pub(super) shift: i64,
}

impl Pair<'_> {
    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.a.get().len() + self.b.get().len()
    }
}
