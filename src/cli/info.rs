//! `prunelaw info`: the machine as this program sees it, and what the store holds.

use super::{CliError, Exit, Global, say};
use crate::engine::kernel::{Family, peak};
use crate::engine::linalg::{Matrix, product};
use crate::runner::{memory, readable};
use clap::Args;
use serde_json::json;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Repeated for this long; the best repetition counts, because a shared machine only ever slows a loop down.
const MEASURED_FOR: Duration = Duration::from_millis(200);
/// Side of the matrices of the sgemm measurement.
const SIDE: usize = 384;

/// The machine and the store
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  prunelaw info --json")]
pub(super) struct Info {}

impl Info {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let family = Family::best();
        let (fma, sgemm) = (fma_peak(family), sgemm());
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let store = global.store();
        let (mut addresses, mut rows, mut seconds) = (0, 0, 0.0);
        for manifest in store.manifests() {
            addresses += 1;
            rows += manifest.rows;
            seconds += manifest.cpu_seconds;
        }
        let path = store.root().display().to_string();
        let version = env!("CARGO_PKG_VERSION");
        if global.json {
            say(&serde_json::to_string_pretty(&json!({
                "version": version, "cpu_features": features(), "kernel": family.name(), "threads": threads,
                "memory_bytes": memory(), "fma_peak_gflops": fma, "sgemm_gflops": sgemm,
                "store": { "path": path, "addresses": addresses, "rows": rows, "cpu_seconds": seconds },
            }))?)?;
            return Ok(Exit::Done);
        }
        say(&format!("prunelaw      {version}"))?;
        say(&format!("CPU features  {}", features().join(" ")))?;
        say(&format!("kernel        {} ({})", family.name(), std::env::consts::ARCH))?;
        say(&format!("threads       {threads}"))?;
        say(&format!("memory        {}", memory().map_or("unknown".to_owned(), readable)))?;
        say(&format!("FMA peak      {fma:.1} GFLOP/s, f32, one thread"))?;
        say(&format!("sgemm         {sgemm:.1} GFLOP/s, f32, one thread, {SIDE} x {SIDE} x {SIDE}"))?;
        say(&format!("store         {path}: {addresses} addresses, {rows} rows, {seconds:.1} s of CPU"))?;
        Ok(Exit::Done)
    }
}

/// The instruction sets that decide about kernels, as far as this machine has them.
fn features() -> Vec<&'static str> {
    #[cfg(target_arch = "x86_64")]
    {
        let known = [
            ("sse4.2", is_x86_feature_detected!("sse4.2")),
            ("avx", is_x86_feature_detected!("avx")),
            ("avx2", is_x86_feature_detected!("avx2")),
            ("fma", is_x86_feature_detected!("fma")),
            ("avx512f", is_x86_feature_detected!("avx512f")),
            ("avx512vl", is_x86_feature_detected!("avx512vl")),
            ("avx512dq", is_x86_feature_detected!("avx512dq")),
            ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ];
        known.into_iter().filter_map(|(name, there)| there.then_some(name)).collect()
    }
    #[cfg(not(target_arch = "x86_64"))]
    Vec::new()
}

/// GFLOP/s of independent multiply-adds in registers, one thread.
fn fma_peak(family: Family) -> f64 {
    const ROUNDS: u64 = 200_000;
    let seconds = best(|| {
        black_box(peak::chains::<f32>(family, black_box(ROUNDS)));
    });
    peak::flops_per_round::<f32>() * ROUNDS as f64 / seconds * 1e-9
}

/// GFLOP/s of a square product in f32, one thread.
fn sgemm() -> f64 {
    let a = vec![0.5f32; SIDE * SIDE];
    let mut into = vec![0.0f32; SIDE * SIDE];
    let seconds = best(|| {
        let a = Matrix::new(black_box(&a), SIDE, SIDE);
        product(&mut into, a, a, false);
        black_box(&mut into);
    });
    2.0 * (SIDE as f64).powi(3) / seconds * 1e-9
}

/// Seconds of the fastest repetition.
fn best(mut work: impl FnMut()) -> f64 {
    let (began, mut best) = (Instant::now(), f64::INFINITY);
    while began.elapsed() < MEASURED_FOR {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}
