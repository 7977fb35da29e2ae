//! A fully connected network from an .npz file: w1, b1, w2, b2, ..., whose shapes say its widths, under its masks.
//!
//! The arrays are those that `train` writes and reads: w_l is (out, in), b_l (out) and may be missing, mask_l as w_l.

use crate::engine::data::npz::{Npz, NpzError};
use crate::engine::mask::Mask;
use crate::engine::network::mlp::{Activation, Layer, Mlp};
use crate::outside::{self, OutsideFileError};
use crate::record::parts::refuse_unused;
use ndarray::{Array1, Array2, Ix1, Ix2};
use std::path::{Path, PathBuf};

/// One layer, its masked weights 0.
#[derive(Clone, Debug)]
pub struct LayerFile {
    /// (out, in).
    pub w: Array2<f64>,
    /// (out).
    pub b: Option<Array1<f64>>,
}

/// A network that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum NetworkFileError {
    /// The file cannot be opened.
    #[error(transparent)]
    File(#[from] OutsideFileError),
    /// One of its arrays is not what it should be.
    #[error("{}: {source}", path.display())]
    Array {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: NpzError,
    },
}

/// The layers of the network in `network`, entries at which `mask` is 0 set to 0.
///
/// # Errors
/// [`NetworkFileError`] names the file and the array: layers are w1, w2, ... without a gap, each as wide as the one before
/// is high, with nothing left over.
pub fn read(network: &Path, mask: Option<&Path>) -> Result<Vec<LayerFile>, NetworkFileError> {
    let bytes = outside::read(network)?;
    let mut layers = parse(&bytes).map_err(|source| NetworkFileError::Array { path: network.to_owned(), source })?;
    if let Some(path) = mask {
        let bytes = outside::read(path)?;
        apply(&bytes, &mut layers).map_err(|source| NetworkFileError::Array { path: path.to_owned(), source })?;
    }
    Ok(layers)
}

/// The network of these layers, with masks of the weights that are not 0.
pub fn masked(layers: Vec<LayerFile>, activation: Activation) -> (Mlp<f64>, Vec<Mask>) {
    let layers = layers.into_iter().map(|LayerFile { w, b }| Layer { w, b }).collect();
    let net = Mlp { layers, activation };
    let kept = |layer: &Layer<f64>| {
        let there = layer.w.iter().enumerate().filter(|(_, w)| **w != 0.0).map(|(at, _)| at);
        Mask::from_indices(layer.w.shape(), there)
    };
    let masks = net.layers.iter().map(kept).collect();
    (net, masks)
}

fn numbered(name: &str, layer: usize) -> String {
    format!("{name}{layer}")
}

fn parse(bytes: &[u8]) -> Result<Vec<LayerFile>, NpzError> {
    let mut npz = Npz::open(bytes)?;
    let mut layers: Vec<LayerFile> = Vec::new();
    while layers.is_empty() || npz.has(&numbered("w", layers.len() + 1)) {
        let name = numbered("w", layers.len() + 1);
        let w = npz.numbers(&name)?;
        let inputs = layers.last().map(|below| below.w.nrows());
        let shape = w.shape().to_vec();
        let fits = |w: &Array2<f64>| inputs.is_none_or(|inputs| inputs == w.ncols());
        let w = w.into_dimensionality::<Ix2>().ok().filter(fits).ok_or_else(|| NpzError::Shape {
            array: name,
            got: shape,
            expected: inputs.map_or("(neurons, inputs)".to_owned(), |inputs| format!("(neurons, {inputs})")),
        })?;
        let name = numbered("b", layers.len() + 1);
        let b = npz.has(&name).then(|| npz.numbers_of(&name, &[w.nrows()])).transpose()?;
        layers.push(LayerFile { w, b: b.map(|b| b.into_dimensionality::<Ix1>().expect("checked")) });
    }
    let used = |at: usize| [numbered("w", at), numbered("b", at)];
    refuse_unused(&npz, &["w", "b"], &(1..=layers.len()).flat_map(used).collect::<Vec<_>>())?;
    Ok(layers)
}

fn apply(bytes: &[u8], layers: &mut [LayerFile]) -> Result<(), NpzError> {
    let mut npz = Npz::open(bytes)?;
    for (at, layer) in layers.iter_mut().enumerate() {
        let mask = npz.mask_of(&numbered("mask", at + 1), layer.w.shape())?;
        layer.w.iter_mut().enumerate().filter(|(entry, _)| !mask.keeps(*entry)).for_each(|(_, w)| *w = 0.0);
    }
    refuse_unused(&npz, &["mask"], &(1..=layers.len()).map(|at| numbered("mask", at)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::data::npz::NpzBuilder;
    use ndarray::array;

    fn archive(arrays: &[(&str, Array2<f64>)]) -> Vec<u8> {
        let mut npz = NpzBuilder::default();
        for (name, array) in arrays {
            match name.starts_with('b') {
                true => npz.add(name, &array.row(0).to_owned()).unwrap(),
                false => npz.add(name, array).unwrap(),
            }
        }
        npz.finish().unwrap()
    }

    #[test]
    fn shapes_say_the_widths_and_masks_prune() {
        let bytes =
            archive(&[("w1", array![[1.0, 2.0], [3.0, 4.0]]), ("b2", array![[7.0]]), ("w2", array![[5.0, 6.0]])]);
        let mut layers = parse(&bytes).unwrap();
        assert_eq!((layers.len(), &layers[0].b, &layers[1].b), (2, &None, &Some(array![7.0])));
        let masks = archive(&[("mask1", array![[1.0, 0.0], [1.0, 1.0]]), ("mask2", array![[1.0, 1.0]])]);
        apply(&masks, &mut layers).unwrap();
        assert_eq!(layers[0].w, array![[1.0, 0.0], [3.0, 4.0]]);
    }

    #[test]
    fn what_is_no_network_is_named() {
        let said = |arrays: &[(&str, Array2<f64>)]| parse(&archive(arrays)).unwrap_err().to_string();
        let one = || array![[1.0, 2.0]];
        assert!(said(&[("v", one())]).contains("`w1` is missing"));
        assert!(said(&[("w1", one()), ("w2", one())]).contains("(neurons, 1)"));
        assert!(said(&[("w1", one()), ("w3", one())]).contains("`w3` has no effect"));
        assert!(said(&[("w1", one()), ("b1", array![[1.0, 2.0]])]).contains("`b1`"));
        assert!(said(&[("w1", array![[f64::NAN]])]).contains("NaN"));
    }
}
