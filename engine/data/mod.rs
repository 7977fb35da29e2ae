//! Data: the papers' laws, the digits, and outside files read from bytes.

pub mod patches;

use crate::settings::address::hex;
use sha2::{Digest, Sha256};

/// Outside data named by a setting such as `data = "idx:DIR"`: its name, the digest of its bytes, and its samples.
#[derive(Clone, Debug)]
pub struct Outside {
    name: String,
    digest: String,
}

impl Outside {
    /// Outside data from the bytes of its files, in a fixed order of the files.
    pub fn new(name: &str, files: &[&[u8]]) -> Outside {
        let mut hash = Sha256::new();
        for bytes in files {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        Outside { name: name.to_owned(), digest: hex(&hash.finalize()) }
    }

    /// Whether a setting's word names this data.
    pub fn names(&self, word: &str) -> bool {
        self.name == word
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}
