//! Where text goes. A reader who leaves early (`| head`) is no error, and nothing here panics.

use super::CliError;
use std::io::{self, ErrorKind, Write as _};

/// Writes a line of results to stdout.
///
/// # Errors
/// If stdout cannot be written, except when its reader has gone.
pub fn say(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a line to stderr.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
