//! Where text goes. A reader who leaves early (`| head`) is no error, and nothing here panics.

use super::CliError;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

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

/// A heading: bold on a terminal, unless NO_COLOR is set.
pub(super) fn bold(text: &str) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if plain || !io::stdout().is_terminal() { text.to_owned() } else { format!("\x1b[1m{text}\x1b[0m") }
}
