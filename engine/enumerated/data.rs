//! The 1792 data sets: six of the eight points of the cube, each with a label.

/// Points in a data set.
pub const POINTS: usize = 6;
/// Choices of six of eight points.
pub const SUBSETS: usize = 28;
/// Labellings of six points.
pub const LABELLINGS: usize = 64;
/// Data sets, all equally likely.
pub const DATASETS: usize = SUBSETS * LABELLINGS;

/// Point `index` of the cube: coordinate i is -1 or 1 by bit i.
pub fn point(index: usize) -> [f64; 3] {
    std::array::from_fn(|i| if index >> i & 1 == 1 { 1.0 } else { -1.0 })
}

/// The sets of six points, as bits over the eight.
pub fn subsets() -> [u8; SUBSETS] {
    let mut all = (0..=u8::MAX).filter(|bits| bits.count_ones() as usize == POINTS);
    std::array::from_fn(|_| all.next().expect("there are 28"))
}

/// The points of one of [`subsets`], in ascending order of their numbers.
pub fn members(subset: u8) -> [usize; POINTS] {
    let mut inside = (0..8).filter(|point| subset >> point & 1 == 1);
    std::array::from_fn(|_| inside.next().expect("six points"))
}

/// One data set: inputs (6, 3) and labels (6).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dataset {
    /// Inputs.
    pub x: [[f64; 3]; POINTS],
    /// Labels, -1 or 1.
    pub y: [f64; POINTS],
}

/// Data set number `index`: subset index / 64, label of its member s by bit s of index % 64.
pub fn dataset(index: usize) -> Dataset {
    let members = members(subsets()[index / LABELLINGS]);
    let label = |s: usize| if index >> s & 1 == 1 { 1.0 } else { -1.0 };
    Dataset { x: members.map(point), y: std::array::from_fn(label) }
}

/// All data sets in order.
pub fn datasets() -> Vec<Dataset> {
    (0..DATASETS).map(dataset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_1792_and_no_two_are_equal() {
        let words = |data: &Dataset| format!("{data:?}");
        let all: BTreeSet<String> = datasets().iter().map(words).collect();
        assert_eq!(all.len(), 1792);
        for data in datasets() {
            let points: BTreeSet<String> = data.x.iter().map(|x| format!("{x:?}")).collect();
            assert_eq!(points.len(), POINTS);
        }
    }
}
