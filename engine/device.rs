//! Where a group of replicas trains.
//!
//! A sim hands every training to the device that it was given, so that the same sim runs unchanged on another one. The
//! CPU is the only device so far; the CUDA device comes with its own issue.

use crate::kernel::Family;

/// A place that trains networks.
pub trait Device: Sync {
    /// Name for the manifest, such as `"cpu"`.
    fn name(&self) -> &'static str;

    /// Name of the kernel family that this device runs, such as `"avx512"`.
    fn kernel(&self) -> &'static str;
}

/// The CPU of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu;

impl Device for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn kernel(&self) -> &'static str {
        Family::best().name()
    }
}
