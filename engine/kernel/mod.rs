//! Vector code, written once and compiled for three kernel families.

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
            Family::Avx512 => is_x86_feature_detected!("avx512f") && Family::Avx2.available(),
            #[cfg(target_arch = "x86_64")]
            Family::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
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
}
