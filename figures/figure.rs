//! A figure: which tables it needs, and the drawing it makes of them.

use crate::Drawing;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::{Assignment, Request, Schema, Settings};
use prunelaw_engine::table::Table;

/// What a figure is, for people.
#[derive(Debug)]
pub struct FigureCard {
    /// The ledger's id.
    pub id: &'static str,
    /// The id it had earlier, if it changed.
    pub was: Option<&'static str>,
    /// One line.
    pub says: &'static str,
    /// The subject of the ledger that it belongs to.
    pub subject: &'static str,
    /// Where the setting or the plot comes from.
    pub source: &'static str,
}

/// One table that a figure draws.
#[derive(Clone, Debug)]
pub struct Need {
    /// The sim, or the claim with trials of its own.
    pub id: &'static str,
    /// Values beside the effort's, in the grammar of `--set`.
    pub settings: Vec<Assignment>,
    /// The columns that are read.
    pub columns: &'static [&'static str],
}

/// A table with the request that it answers, so that a caption can name parameters and replicas.
#[derive(Clone, Debug)]
pub struct Source {
    /// The rows asked for, sorted by axes and replica.
    pub table: Table,
    /// The settings behind them.
    pub request: Request,
}

/// The tables of a figure, one per [`Need`], in order.
pub type Tables = [Source];

/// Nothing to set.
static NOTHING: Schema = Schema { when: "a drawing", fields: &[], rules: &[] };

/// A figure: a pure function from tables to a drawing.
pub trait Figure: Sync {
    /// Id and words.
    fn card(&self) -> &'static FigureCard;

    /// The tables it draws, at this effort.
    fn needs(&self, effort: Effort) -> Vec<Need>;

    /// The drawing, with its caption and the table behind it.
    fn draw(&self, tables: &Tables) -> Drawing;

    /// What a person may set of the drawing itself, beside its tables: for most figures nothing.
    fn schema(&self) -> &'static Schema {
        &NOTHING
    }

    /// The drawing with these values of [`Figure::schema`]; with its defaults it is [`Figure::draw`].
    fn draw_with(&self, tables: &Tables, settings: &Settings) -> Drawing {
        let _ = settings;
        self.draw(tables)
    }
}
