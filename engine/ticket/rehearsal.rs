//! How good the widest random network would be, without building it: a row of every target layer stands for all of them.
//!
//! A rehearsal builds the gadgets of one row, with the first weights of the whole network and second ones of its own, and
//! scales their errors to all rows as if they all fell together: an estimate that is too large rather than too small. Rows are
//! alike, blocks are not: a block with few live units, or with none that is large enough, spoils it in every row.

use super::certificate::{LayerError, by_spectral};
use super::layer::{Construction, build};
use super::target::Target;
use crate::key::Key;
use crate::stop::Stop;
use ndarray::s;

/// About the upper bound that a construction will certify, and hardly less. `None` if stopped.
pub fn rehearse(target: &Target, how: &Construction, key: &Key, stop: &Stop) -> Option<f64> {
    let mut errors = Vec::new();
    for (before, w) in target.layers().iter().enumerate() {
        let middle = w.nrows() / 2;
        let row = w.slice(s![middle..=middle, ..]).to_owned();
        let (_, approximation) = build(&row, before == 0, 2 * before + 1, how, key, stop)?;
        let error = LayerError::of(&approximation);
        errors.push(LayerError { spectral: (w.nrows() as f64).sqrt() * error.spectral, ..error });
    }
    Some(by_spectral(target.norms(), &errors))
}

#[cfg(test)]
mod tests {
    use super::super::network::tests::target;
    use super::*;
    use crate::subset_sum::SampleLaw;
    use crate::ticket::{Variant, certify};

    #[test]
    fn one_row_tells_about_all() {
        for (widths, n, law) in
            [(&[6, 1][..], 8, "uniform"), (&[12, 40, 2], 8, "uniform"), (&[12, 40, 2], 40, "hyperbolic")]
        {
            let target = target(widths, "rehearsal");
            let how = Construction { n, variant: Variant::Adaptive, law: SampleLaw::named(law).unwrap() };
            let key = Key::root("rehearsal");
            let ticket = super::super::construct(&target, &how, &key, &Stop::new()).unwrap();
            let upper = certify(&target, &ticket.layers, 1, &Key::root("starts")).upper;
            let about = rehearse(&target, &how, &key, &Stop::new()).unwrap();
            assert!(about > 0.5 * upper && about < 4.0 * upper, "{widths:?} {law}: {about} {upper}");
        }
    }
}
