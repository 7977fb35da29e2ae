//! The command line: one file per command, global flags, exit codes.
//!
//! Results go to stdout, everything else to stderr. Exit codes: 0 done; 1 a claim was refuted; 2 bad usage or input;
//! 3 interrupted, can be resumed.

mod cite;
mod claim;
mod collect;
mod completions;
mod explore;
mod figures;
mod info;
mod list;
mod mask;
mod measure;
mod plans;
mod print;
mod progress;
mod reproduce;
mod run;
mod show;
mod signals;
mod ticket;
mod train;
mod verify;

pub use print::{note, say};
pub use progress::Progress;
pub use signals::stop_on_signals;

use crate::engine::effort::Effort;
use crate::engine::settings::error::nearest;
use crate::runner::{How, Layers};
use crate::store::Store;
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Checks the laws of neural-network pruning by running them.
#[derive(Debug, Parser)]
#[command(name = "prunelaw", version, about, propagate_version = true, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  prunelaw list                                  what exists
  prunelaw reproduce pruned_training             sims, verdicts, figures, one HTML report
  prunelaw verify --effort smoke                 every claim, in seconds
  prunelaw run pruning_fraction_sweep --set keep=0.1,0.2,1 --replicas 20
  prunelaw explore                               sliders, in the browser

Exit codes: 0 done; 1 verify refuted a claim; 2 bad usage or input; 3 interrupted, the same command continues";

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// Folder of results: store and output
    #[arg(long, global = true, value_name = "DIR", default_value = "prunelaw-out")]
    pub out: PathBuf,
    /// Root of all randomness, any text; 7 and "7" are the same [default: 0]
    #[arg(long, global = true, value_name = "K")]
    pub key: Option<String>,
    /// How much work: smoke (seconds), normal (minutes), paper (the paper's own sizes)
    #[arg(long, global = true, value_name = "EFFORT", default_value = "normal", value_parser = effort)]
    pub effort: Effort,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress and no notes
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Print what would be computed and what it would cost; compute and write nothing
    #[arg(long, global = true)]
    pub plan: bool,
    /// Threads, one replica each [default: one per core]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub threads: Option<u32>,
}

fn effort(text: &str) -> Result<Effort, String> {
    text.parse()
}

impl Global {
    /// The store at `--out`.
    pub fn store(&self) -> Store {
        Store::new(&self.out)
    }

    /// `--out` where it names the archive of one command's arrays, such as `example`, and not a folder.
    ///
    /// # Errors
    /// If it does not end in `.npz`, or is a folder.
    pub fn archive(&self, what: &str, example: &str) -> Result<&Path, CliError> {
        if self.out.extension().is_none_or(|end| end != "npz") || self.out.is_dir() {
            let out = self.out.display();
            return Err(CliError(format!("--out names the file of the {what}, such as {example}; `{out}` is none")));
        }
        Ok(&self.out)
    }

    /// Threads and device, as the flags say.
    pub fn how(&self) -> How {
        let mut how = How::default();
        if let Some(threads) = self.threads {
            how.threads = threads as usize;
        }
        how
    }

    /// The layers of settings of a call: effort, then what `--config`, `--set`, `--replicas` and `--key` say.
    ///
    /// # Errors
    /// If the file cannot be read as TOML, or a word is no `key=value`.
    pub fn layers(&self, given: &Given) -> Result<Layers, CliError> {
        Ok(Layers::read(given.config.as_deref(), &given.set, given.replicas.as_deref(), self.key.as_deref())?)
    }
}

/// Settings on the command line.
#[derive(Args, Clone, Debug, Default)]
pub struct Given {
    /// Settings from a TOML file
    #[arg(long, value_name = "F.toml")]
    pub config: Option<PathBuf>,
    /// One setting; an axis takes a list `keep=0.1,0.2,1` or a range `keep=log(0.001,1,20)`
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    pub set: Vec<String>,
    /// Replicas per cell: the same as --set replicas=R
    #[arg(long, value_name = "R", allow_hyphen_values = true)]
    pub replicas: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::List),
    Show(show::Show),
    Verify(verify::Verify),
    Run(run::Run),
    Claim(claim::Claim),
    Figures(figures::Figures),
    Reproduce(reproduce::Reproduce),
    Train(train::Train),
    Mask(mask::Mask),
    Ticket(ticket::Ticket),
    Measure(measure::Measure),
    Explore(explore::Explore),
    Collect(collect::Collect),
    Cite(cite::Cite),
    Info(info::Info),
    Completions(completions::Completions),
}

/// How a command ended, when it ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for is there.
    Done,
    /// `verify` found a claim violated, or a scaling that disagrees.
    Refuted,
    /// Stopped by a signal; the same command continues.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Refuted => 1,
            Exit::Interrupted => 3,
        })
    }
}

/// Bad usage or input, in words for a person: exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError(pub String);

impl CliError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> CliError {
        CliError(message.into())
    }
}

// Not an `Error` itself, so that every error of the layers below turns into one by `?`.
impl<E: std::error::Error> From<E> for CliError {
    fn from(error: E) -> CliError {
        CliError(error.to_string())
    }
}

/// The error for an id that nobody registered, with the nearest one.
pub fn unknown<'a>(kind: &str, id: &str, known: impl IntoIterator<Item = &'a str>) -> CliError {
    let known: Vec<&str> = known.into_iter().collect();
    let alike = |other: &&&str| strsim::jaro_winkler(id, other);
    let near = nearest(id, known.iter().copied())
        .or_else(|| known.iter().find(|other| other.contains(id)).map(|other| (*other).to_owned()))
        .or_else(|| known.iter().max_by(|a, b| alike(a).total_cmp(&alike(b))).map(|other| (*other).to_owned()));
    let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    CliError(format!("unknown {kind} `{id}`{near} `prunelaw list` names all"))
}

/// Reads the command line, runs the command, and gives the exit code.
pub fn main() -> ExitCode {
    // clap prints help to stdout and errors to stderr, and exits with 0 or 2.
    let Cli { global, command } = Cli::parse();
    let ended = match command {
        Command::List(args) => args.run(&global),
        Command::Show(args) => args.run(&global),
        Command::Verify(args) => args.run(&global),
        Command::Run(args) => args.run(&global),
        Command::Claim(args) => args.run(&global),
        Command::Figures(args) => args.run(&global),
        Command::Reproduce(args) => args.run(&global),
        Command::Train(args) => args.run(&global),
        Command::Mask(args) => args.run(&global),
        Command::Ticket(args) => args.run(&global),
        Command::Measure(args) => args.run(&global),
        Command::Explore(args) => args.run(&global),
        Command::Collect(args) => args.run(&global),
        Command::Cite(args) => args.run(&global),
        Command::Info(args) => args.run(&global),
        Command::Completions(args) => args.run(&global),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(CliError(message)) => {
            note(&format!("error: {message}"));
            ExitCode::from(2)
        }
    }
}
