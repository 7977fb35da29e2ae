//! `prunelaw measure`: what one network of the user's own shows, one file per measure.

mod lipschitz;
mod ntk;
mod paths;
mod saliency;

use super::{CliError, Exit, Global};
use clap::{Args, Subcommand};

/// Measures of one network from an .npz file
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  prunelaw measure lipschitz --network final.npz --json")]
pub(super) struct Measure {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Lipschitz(lipschitz::Lipschitz),
    Paths(paths::Paths),
    Ntk(ntk::Ntk),
    Saliency(saliency::Saliency),
}

impl Measure {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        match &self.what {
            What::Lipschitz(args) => args.run(global),
            What::Paths(args) => args.run(global),
            What::Ntk(args) => args.run(global),
            What::Saliency(args) => args.run(global),
        }
    }
}
