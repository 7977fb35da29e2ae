//! What the benches share: CPU time of one thread, and what the core can do at most, measured in the same run.

use prunelaw_engine::kernel::{Family, peak};
use std::hint::black_box;

/// GFLOP/s of multiply-adds in registers and of the `gemm` crate, f32 on one thread; printed too.
pub(crate) fn peaks(family: Family) -> (f64, f64) {
    let rounds = 10_000_000;
    let fma = rounds as f64 * peak::flops_per_round::<f32>()
        / best(9, || _ = black_box(peak::chains::<f32>(family, rounds)))
        / 1e9;
    let gemm = sgemm();
    println!("kernel {}   FMA peak {fma:.1} GFLOP/s   sgemm {gemm:.1} GFLOP/s (f32, one thread)", family.name());
    (fma, gemm)
}

/// Best of so many runs, in seconds of this thread: what other programs do on the same core does not count.
pub(crate) fn best(runs: usize, mut work: impl FnMut()) -> f64 {
    (0..runs).fold(f64::INFINITY, |best, _| {
        let start = seconds();
        work();
        best.min(seconds() - start)
    })
}

#[cfg(target_os = "linux")]
fn seconds() -> f64 {
    #[repr(C)]
    struct Time {
        seconds: std::ffi::c_long,
        nanoseconds: std::ffi::c_long,
    }
    const THREAD_CPU_TIME: std::ffi::c_int = 3;
    unsafe extern "C" {
        fn clock_gettime(clock: std::ffi::c_int, time: *mut Time) -> std::ffi::c_int;
    }
    let mut time = Time { seconds: 0, nanoseconds: 0 };
    // SAFETY: the C library's function, and a place for its answer.
    unsafe { clock_gettime(THREAD_CPU_TIME, &mut time) };
    time.seconds as f64 + time.nanoseconds as f64 * 1e-9
}

#[cfg(not(target_os = "linux"))]
fn seconds() -> f64 {
    use std::sync::OnceLock;
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64()
}

// GFLOP/s of the `gemm` crate on one thread.
fn sgemm() -> f64 {
    let (m, k, n) = (512, 784, 512);
    let (a, b, mut c) = (vec![0.5f32; m * k], vec![0.25f32; k * n], vec![0.0f32; m * n]);
    let seconds = best(30, || {
        let row = |columns: usize| columns as isize;
        // SAFETY: row-major arrays of these sizes.
        unsafe {
            gemm::gemm(
                m,
                n,
                k,
                c.as_mut_ptr(),
                1,
                row(n),
                false,
                a.as_ptr(),
                1,
                row(k),
                b.as_ptr(),
                1,
                row(n),
                0.0,
                1.0,
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
        black_box(&c);
    });
    2.0 * (m * k * n) as f64 / seconds / 1e9
}
