//! Vector code, written once over [`lanes`] and compiled for three kernel families, one of which is chosen at run time.
//!
//! * [`Family`]: which instructions; all give the same bits
//! * [`lanes`]: vectors of 64 bytes, whatever the registers hold
//! * [`aligned`]: memory that starts on a cache line
//! * `patch`: forward pass and gradient of the patch network, dense and sparse
//! * `lists`: products with the rows that a list names
//! * `sparse`: products with a sparse matrix
//! * `update`: the optimizers
//! * `exp`: e^x
//! * [`peak`]: a chain of multiply-adds to time
//!
//! A kernel is a [`Task`]: a generic `run`, inlined into one wrapper per family that switches the instructions on.

pub mod aligned;
pub(crate) mod exp;
pub mod lanes;
pub(crate) mod lists;
pub(crate) mod patch;
pub mod peak;
pub(crate) mod sparse;
pub(crate) mod update;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::real::Real;
use lanes::Lanes;

/// Vector code waiting for its vectors.
pub trait Task<R: Real> {
    /// What it returns.
    type Output;

    /// Runs it; implementations are `#[inline(always)]`, so that they are compiled with the family's instructions.
    fn run<V: Lanes<R>>(self) -> Self::Output;
}

/// A set of vector instructions. All families give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// 512-bit vectors.
    Avx512,
    /// 256-bit vectors with fused multiply-add.
    Avx2,
    /// Plain code for any machine.
    Portable,
}

impl Family {
    /// All families, fastest first.
    pub const ALL: [Family; 3] = [Family::Avx512, Family::Avx2, Family::Portable];

    /// The fastest family that this machine runs.
    pub fn best() -> Family {
        Family::ALL.into_iter().find(|family| family.available()).unwrap_or(Family::Portable)
    }

    /// Whether this machine runs it.
    pub fn available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Family::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512bw")
                    && Family::Avx2.available()
            }
            #[cfg(target_arch = "x86_64")]
            Family::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("fma")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("popcnt")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Family::Avx512 | Family::Avx2 => false,
            Family::Portable => true,
        }
    }

    /// The word in manifests and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Family::Avx512 => "avx512",
            Family::Avx2 => "avx2",
            Family::Portable => "portable",
        }
    }

    /// The family of this name.
    pub fn named(name: &str) -> Option<Family> {
        Family::ALL.into_iter().find(|family| family.name() == name)
    }

    /// Runs a task with this family's instructions; a machine without them runs the portable code.
    #[inline]
    pub fn run<R: Real, T: Task<R>>(self, task: T) -> T::Output {
        match self {
            // SAFETY: the machine has the instructions.
            #[cfg(target_arch = "x86_64")]
            Family::Avx512 if self.available() => unsafe { avx512(task) },
            #[cfg(target_arch = "x86_64")]
            Family::Avx2 if self.available() => unsafe { avx2(task) },
            _ => task.run::<R::Portable>(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,popcnt,avx512f,avx512vl,avx512dq,avx512bw")]
unsafe fn avx512<R: Real, T: Task<R>>(task: T) -> T::Output {
    task.run::<R::Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,popcnt")]
unsafe fn avx2<R: Real, T: Task<R>>(task: T) -> T::Output {
    task.run::<R::Avx2>()
}
