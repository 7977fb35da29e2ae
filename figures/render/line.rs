//! Lines in pieces: ended where a point is not finite, cut at the frame, and in dashes by length along them.

use crate::axis::Ruler;

/// The pieces of a line that lie on two rulers, in places of the unit square.
pub(super) fn visible(x: &Ruler, y: &Ruler, at: &[[f64; 2]]) -> Vec<Vec<[f64; 2]>> {
    let place = |point: &[f64; 2]| {
        let finite = point.iter().all(|value| value.is_finite());
        Some([x.beyond(point[0])?, y.beyond(point[1])?]).filter(|_| finite)
    };
    let places: Vec<Option<[f64; 2]>> = at.iter().map(place).collect();
    let mut pieces: Vec<Vec<[f64; 2]>> = Vec::new();
    for pair in places.windows(2) {
        let [Some(from), Some(to)] = *pair else { continue };
        let Some([from, to]) = inside(from, to) else { continue };
        match pieces.last_mut().filter(|piece| piece.last() == Some(&from)) {
            Some(piece) => piece.push(to),
            None => pieces.push(vec![from, to]),
        }
    }
    pieces
}

/// The part of a segment that lies in the unit square (Liang and Barsky).
fn inside(from: [f64; 2], to: [f64; 2]) -> Option<[[f64; 2]; 2]> {
    let (mut enters, mut leaves) = (0.0f64, 1.0f64);
    for k in 0..2 {
        let along = to[k] - from[k];
        if along == 0.0 {
            if !(0.0..=1.0).contains(&from[k]) {
                return None;
            }
            continue;
        }
        let (zero, one) = (-from[k] / along, (1.0 - from[k]) / along);
        enters = enters.max(zero.min(one));
        leaves = leaves.min(zero.max(one));
    }
    // An end that is not cut stays exactly where it is, so that pieces join.
    let at = |s: f64, end: [f64; 2]| {
        if s == 0.0 || s == 1.0 { end } else { [0, 1].map(|k| (from[k] + s * (to[k] - from[k])).clamp(0.0, 1.0)) }
    };
    (enters < leaves).then(|| [at(enters, from), at(leaves, to)])
}

/// The drawn parts of a line under a pattern of lengths drawn and left out, in turn.
pub(super) fn dashes(points: &[[f64; 2]], pattern: &[f64]) -> Vec<Vec<[f64; 2]>> {
    let mut dashes = Vec::new();
    let Some(first) = points.first() else { return dashes };
    let (mut open, mut part, mut left) = (vec![*first], 0, pattern[0]);
    for pair in points.windows(2) {
        let length = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        let along = |s: f64| [0, 1].map(|k| pair[0][k] + (pair[1][k] - pair[0][k]) * s / length);
        let mut gone = 0.0;
        while length - gone > left {
            gone += left;
            open.push(along(gone));
            if part % 2 == 0 {
                dashes.push(std::mem::take(&mut open));
            }
            part = (part + 1) % pattern.len();
            (open, left) = (vec![along(gone)], pattern[part]);
        }
        left -= length - gone;
        open.push(pair[1]);
    }
    if part % 2 == 0 && open.len() > 1 {
        dashes.push(open);
    }
    dashes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axis::{Axis, Scale};

    fn ruler() -> Ruler {
        Ruler::fit(&Axis::new("", Scale::Linear).from_to(0.0, 1.0), [].into_iter())
    }

    #[test]
    fn a_line_is_cut_at_the_frame_and_ends_where_a_point_is_no_number() {
        let at =
            [[-1.0, 0.5], [0.5, 0.5], [0.5, 2.0], [0.75, 2.0], [0.75, 0.0], [f64::NAN, 0.0], [0.1, 0.1], [0.2, 0.1]];
        let pieces = visible(&ruler(), &ruler(), &at);
        let expected =
            [vec![[0.0, 0.5], [0.5, 0.5], [0.5, 1.0]], vec![[0.75, 1.0], [0.75, 0.0]], vec![[0.1, 0.1], [0.2, 0.1]]];
        assert_eq!(pieces, expected);
        assert!(visible(&ruler(), &ruler(), &[[2.0, 2.0], [3.0, 0.5]]).is_empty());
        assert!(visible(&ruler(), &ruler(), &[[0.5, 0.5]]).is_empty());
    }

    #[test]
    fn dashes_go_around_corners_and_add_up() {
        let corner = [[0.0, 0.0], [5.0, 0.0], [5.0, 7.0]];
        let drawn = dashes(&corner, &[4.0, 2.0]);
        assert_eq!(drawn, [vec![[0.0, 0.0], [4.0, 0.0]], vec![[5.0, 1.0], [5.0, 5.0]]]);
        assert!(dashes(&[], &[4.0, 2.0]).is_empty());
        let long = dashes(&[[0.0, 0.0], [100.0, 0.0]], &[7.0, 4.0]);
        assert_eq!(long.len(), 10);
        assert_eq!(long[9], [[99.0, 0.0], [100.0, 0.0]]);
    }
}
