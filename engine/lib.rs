//! The numerics of prunelaw: settings, keys, tables, data laws, networks, masks, trainers, statistics.
//!
//! Nothing here opens a file, reads a clock or the environment, or prints; parsers work on bytes.
//!
//! In reading order:
//! * [`settings`]: what a person writes, checked once
//! * [`key`]: named streams of randomness
//! * [`fraction`]: keep and prune fractions as types
//! * [`data`]: laws of data, digits, outside files
//! * [`network`], [`mask`]: the networks, and which of their weights are kept
//! * [`pruning`]: the rules that choose which weights are kept
//! * [`path_kernel`]: what weights and mask decide of the tangent kernel, without data
//! * [`linalg`], [`eigenvalues`]: matrix products, and the spectrum of a symmetric matrix
//! * [`real`], [`kernel`], [`training`]: the two number types, vector code over them, and how a network is trained
//! * [`lipschitz`]: how steep a two-layer network is, in a bracket with certified ends
//! * [`information`]: what a mask knows about the data
//! * [`enumerated`]: a network and a data law small enough to go through all of it
//! * [`quantised`]: pruned networks that know a known amount about the data
//! * [`measure`]: what an evaluated network shows beside its loss
//! * [`subset_sum`]: which numbers a set of samples adds up to, behind strong tickets
//! * [`table`]: results, one row per replica
//! * [`statistics`]: tests, intervals and sequential decisions
//! * [`effort`], [`stop`], [`device`]: how much, until when, where

pub mod data;
pub mod device;
pub mod effort;
pub mod eigenvalues;
pub mod enumerated;
pub mod fraction;
pub mod information;
pub mod kernel;
pub mod key;
pub mod linalg;
pub mod lipschitz;
pub mod mask;
pub mod measure;
pub mod network;
pub mod path_kernel;
pub mod pruning;
pub mod quantised;
pub mod real;
pub mod rounding;
pub mod settings;
pub mod spectral_norm;
pub mod statistics;
pub mod stop;
pub mod subset_sum;
pub mod table;
pub mod ticket;
pub mod training;
