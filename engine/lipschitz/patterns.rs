//! The steepest of all 2^k sets of active neurons, realisable or not, by Gray code.
//!
//! With J the jumps and v the slope, |v + J^T s|^2 = |v|^2 + 2 s.Jv + s.JJ^T s. One flip changes it by 2 r_j + |J_j|^2 or
//! its counterpart, r = Jv + JJ^T s, and r by one row of JJ^T: about k operations whatever the dimension. The upper bits
//! count, and every block of the lower ones starts afresh, so that errors do not add up along the way.

use super::kinks::Kinks;
use super::rounding::{dot, gamma, norm};

/// The most walls: 2^24 patterns take about a second.
pub(super) const MOST: usize = 24;
/// Bits that are flipped between two fresh starts.
const BLOCK: usize = 6;

/// The largest norm over all patterns, and a number certainly not below it.
pub(super) fn steepest(kinks: &Kinks) -> (f64, f64) {
    let k = kinks.walls.len();
    assert!(k <= MOST, "2^k patterns");
    let mut gram = [[0.0; MOST]; MOST];
    let mut start = [0.0; MOST];
    for i in 0..k {
        start[i] = dot(&kinks.walls[i].jump, &kinks.slope);
        for j in 0..k {
            gram[i][j] = dot(&kinks.walls[i].jump, &kinks.walls[j].jump);
        }
    }
    let low = k.min(BLOCK);
    let zero = dot(&kinks.slope, &kinks.slope);
    let (mut best, mut pattern) = (zero, 0u64);
    for high in 0..1u64 << (k - low) {
        let (mut rates, mut value) = (start, zero);
        for j in (low..k).filter(|j| high >> (j - low) & 1 == 1) {
            value += 2.0 * rates[j] + gram[j][j];
            rates.iter_mut().zip(&gram[j]).for_each(|(rate, g)| *rate += g);
        }
        let mut code = high << low;
        if value > best {
            (best, pattern) = (value, code);
        }
        for step in 1..1u64 << low {
            let j = step.trailing_zeros() as usize;
            code ^= 1 << j;
            let sign = if code >> j & 1 == 1 { 1.0 } else { -1.0 };
            value += sign * 2.0 * rates[j] + gram[j][j];
            rates.iter_mut().zip(&gram[j]).for_each(|(rate, g)| *rate += sign * g);
            if value > best {
                (best, pattern) = (value, code);
            }
        }
    }
    let value = norm(&kinks.gradient((0..k).map(|j| pattern >> j & 1 == 1)));
    let sizes = norm(&kinks.slope) + kinks.walls.iter().map(|wall| norm(&wall.jump)).sum::<f64>();
    // A value comes from at most 2^6 + 24 steps, each with the rate of all steps before it: less than 2^13 roundings of
    // sizes^2 in all. The Gram matrix and the first rates have their own.
    let error = (gamma(2 << 13) + gamma(2 * kinks.dimension + 8 * k + 16)) * sizes * sizes * 1.01;
    (value, kinks.not_below((best.max(value * value) + error).sqrt()))
}
