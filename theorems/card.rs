//! The card of a claim: what a reader with the paper in hand needs to know before looking at a verdict.

use std::fmt;

/// How a claim can be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An identity, to 1e-10 relative in f64.
    Exact,
    /// An inequality without chance: no violation allowed.
    Inequality,
    /// A stated failure rate or law.
    Probability,
    /// Hidden constants: only an exponent or a boundary can be judged.
    Scaling,
    /// A finding that needs replicas, intervals and a decision rule.
    Empirical,
    /// Must come out as stated, including must-fail.
    Control,
}

impl Class {
    /// All classes.
    pub const ALL: [Class; 6] =
        [Class::Exact, Class::Inequality, Class::Probability, Class::Scaling, Class::Empirical, Class::Control];

    /// The word in the ledger and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Class::Exact => "exact",
            Class::Inequality => "inequality",
            Class::Probability => "probability",
            Class::Scaling => "scaling",
            Class::Empirical => "empirical",
            Class::Control => "control",
        }
    }

    /// Whether chance enters, so that the claim takes a share of the error budget.
    pub fn statistical(self) -> bool {
        matches!(self, Class::Probability | Class::Scaling | Class::Empirical)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How we know a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// Read in the published text.
    Published,
    /// From memory, unconfirmed.
    FromMemory,
    /// Derived here; not the paper's words.
    Derived,
    /// Simulated for this project.
    Simulated,
}

impl Provenance {
    /// The label in the sheets, `show` and the report.
    pub fn label(self) -> &'static str {
        match self {
            Provenance::Published => "published",
            Provenance::FromMemory => "from memory, unconfirmed",
            Provenance::Derived => "derived here",
            Provenance::Simulated => "simulated here",
        }
    }
}

/// A subject: the claims of one family of papers, and one table of the ledger.
#[derive(Debug, PartialEq, Eq)]
pub struct Subject {
    /// Name of the ledger's table, such as `"pruned_training"`.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// Bibliography keys of its papers in `references.bib`.
    pub papers: &'static [&'static str],
    /// Settings that the papers leave open, and what we choose.
    pub open_settings: &'static [OpenSetting],
}

/// A setting that a paper does not state.
#[derive(Debug, PartialEq, Eq)]
pub struct OpenSetting {
    /// Bibliography key.
    pub paper: &'static str,
    /// What is not stated, and where it is missed.
    pub setting: &'static str,
    /// What we choose.
    pub choice: &'static str,
    /// How far the conclusion moves with another choice, as far as it is known.
    pub effect: &'static str,
}

/// A letter of the paper and its name in the code.
#[derive(Debug, PartialEq, Eq)]
pub struct Symbol {
    /// The paper's letter.
    pub letter: &'static str,
    /// The name in settings and code.
    pub name: &'static str,
    /// Unit or shape, range and meaning in a few words.
    pub meaning: &'static str,
}

/// One assumption of a claim, in words; its check stands in the claim's file and gives a margin.
#[derive(Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Short name, which an out-of-scope verdict lists.
    pub name: &'static str,
    /// The assumption.
    pub says: &'static str,
}

/// What a claim says, from where, and what is and is not checked.
#[derive(Debug, PartialEq)]
pub struct Card {
    /// The ledger's id.
    pub id: &'static str,
    /// The id this claim had earlier, if it changed.
    pub was: Option<&'static str>,
    /// The subject it belongs to.
    pub subject: &'static Subject,
    /// How it can be decided.
    pub class: Class,
    /// The ledger's one line, phrased so that `holds` is the expected outcome.
    pub says: &'static str,
    /// The statement in our own words, one paragraph.
    pub statement: &'static str,
    /// Where it stands, for people: paper, arXiv id, theorem number.
    pub source: &'static str,
    /// Bibliography key in `references.bib`.
    pub reference: &'static str,
    /// How we know it.
    pub provenance: Provenance,
    /// Letters and names.
    pub symbols: &'static [Symbol],
    /// Assumptions, numbered by position.
    pub assumptions: &'static [Assumption],
    /// The bound or law as a formula, and where each constant comes from.
    pub bound: &'static str,
    /// What is checked here.
    pub checked: &'static [&'static str],
    /// What is not checked here.
    pub not_checked: &'static [&'static str],
    /// Differences to the paper and known subtleties.
    pub gaps: &'static [&'static str],
    /// The alternative that the check can see, and the replicas for power 0.8 at its level.
    pub power: &'static str,
    /// Whether the verdict is about the real-number object or the floating-point program.
    pub about: &'static str,
    /// Bumped when anything changes the claim's trials.
    pub protocol: u32,
}

/// The subject of claims that belong to nobody's paper.
pub static OWN: Subject = Subject { id: "own", title: "Own claims", papers: &[], open_settings: &[] };

impl Card {
    /// The shortest card: what a library user needs to check a claim of their own. Further fields by struct update.
    pub const fn own(id: &'static str, class: Class, says: &'static str) -> Card {
        Card {
            id,
            was: None,
            subject: &OWN,
            class,
            says,
            statement: says,
            source: "own",
            reference: "",
            provenance: Provenance::Derived,
            symbols: &[],
            assumptions: &[],
            bound: "",
            checked: &[],
            not_checked: &[],
            gaps: &[],
            power: "",
            about: "the floating-point program",
            protocol: 1,
        }
    }
}
