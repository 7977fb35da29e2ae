//! What the runner asks the system: CPU time of a thread, and the machine's memory.

use rustix::time::{ClockId, clock_gettime};
use std::fs;

/// CPU seconds of the calling thread since it began.
pub(super) fn cpu_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Bytes of memory that this process may use: the machine's, or its control group's if that is less. `None` if the
/// system does not tell.
pub fn memory() -> Option<f64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kilobytes| kilobytes * 1024.0)
    });
    let group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok()?.trim().parse::<f64>().ok());
    group.chain(machine).reduce(f64::min)
}

/// Bytes for people.
pub fn readable(bytes: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let step =
        units.iter().enumerate().take_while(|(i, _)| bytes >= 1024f64.powi(*i as i32)).last().map_or(0, |(i, _)| i);
    let value = bytes / 1024f64.powi(step as i32);
    if step == 0 { format!("{value:.0} B") } else { format!("{value:.1} {}", units[step]) }
}
