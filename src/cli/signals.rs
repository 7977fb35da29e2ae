//! Ctrl-C and SIGTERM: the first asks to finish and store the running replicas, the second ends the program at once.

use super::CliError;
use crate::engine::stop::Stop;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// A stop that the signals raise.
///
/// # Errors
/// If the system refuses a handler.
pub fn stop_on_signals() -> Result<Stop, CliError> {
    let stop = Stop::new();
    for signal in [SIGINT, SIGTERM] {
        // In this order: the second signal finds the flag raised by the first.
        flag::register_conditional_shutdown(signal, 3, stop.flag())?;
        flag::register(signal, stop.flag())?;
    }
    Ok(stop)
}
