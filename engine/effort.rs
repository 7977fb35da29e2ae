//! How much work a check or a figure may take.

use std::fmt;
use std::str::FromStr;

/// `smoke` takes seconds, `normal` minutes, `paper` the paper's own sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// Seconds: enough to see that everything works.
    Smoke,
    /// Minutes: enough to decide what the cards say is decidable.
    #[default]
    Normal,
    /// The paper's own sizes: hours, or a cluster.
    Paper,
}

impl Effort {
    /// All efforts, cheapest first.
    pub const ALL: [Effort; 3] = [Effort::Smoke, Effort::Normal, Effort::Paper];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Effort::Smoke => "smoke",
            Effort::Normal => "normal",
            Effort::Paper => "paper",
        }
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Effort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Effort::ALL
            .into_iter()
            .find(|effort| effort.name() == text)
            .ok_or_else(|| format!("effort \"{text}\" is none of smoke, normal, paper"))
    }
}
