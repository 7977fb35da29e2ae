//! `prunelaw measure lipschitz`: the bracket of every output of a two-layer ReLU network.

use super::super::{CliError, Exit, Global, note, say};
use crate::engine::key::Key;
use crate::engine::lipschitz::{Bracket, Counts, Domain, End, Kinks, Method, Says};
use crate::network_file::{self, LayerFile};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// Lipschitz constant of a two-layer ReLU network: certified lower and upper ends, and the exact value where one exists
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Lipschitz {
    /// Its arrays: w1 (m, d), w2 (K, m), and b1, b2 if there are any
    #[arg(long, value_name = "N.npz")]
    network: PathBuf,
    /// Its masks: mask1, mask2
    #[arg(long, value_name = "M.npz")]
    mask: Option<PathBuf>,
    /// Where: all of R^d, the ball of radius R around 0, or the unit sphere with its tangential gradients
    #[arg(long, value_name = "all|ball:R|sphere", default_value = "all", value_parser = domain)]
    domain: Domain,
}

const EXAMPLES: &str = "\
Examples:
  prunelaw measure lipschitz --network final.npz
  prunelaw measure lipschitz --network net.npz --mask mask.npz --domain ball:2 --json

Every end is about the real-number network with these weights, x -> w2 relu(w1 x + b1) + b2. A certified end holds
whatever rounding did on the way to it.";

fn domain(text: &str) -> Result<Domain, String> {
    text.parse().map_err(|error: crate::engine::lipschitz::LipschitzError| error.to_string())
}

/// One end and the seconds that it took.
type Timed = (End, f64);

impl Lipschitz {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let layers = network_file::read(&self.network, self.mask.as_deref())?;
        let [below, above] = layers.as_slice() else {
            return Err(CliError(format!(
                "{}: the network has {} layers, and its Lipschitz bracket is that of two (arrays w1, w2, with b1, b2 if \
                 there are any)",
                self.network.display(),
                layers.len()
            )));
        };
        let outputs = self.outputs(below, above)?;
        if global.plan {
            let (k, d) = below.w.dim();
            say(&format!(
                "{} outputs of {k} neurons on {d} inputs over {}: {}",
                outputs.len(),
                self.domain,
                methods()
            ))?;
            return Ok(Exit::Done);
        }
        let root = Key::root(global.key.as_deref().unwrap_or("0")).child("measure lipschitz");
        let mut objects = Vec::new();
        for (at, kinks) in outputs.iter().enumerate() {
            let (ends, why) = measure(kinks, &root.replica(at as u64))?;
            if !global.quiet {
                note(&format!("output {at}: {}", counted(kinks.counts())));
                why.iter().for_each(|why| note(&format!("output {at}: {why}")));
            }
            let bracket = Bracket::of(&ends.iter().map(|(end, _)| *end).collect::<Vec<_>>());
            if global.json {
                objects.push(object(bracket, &ends));
            } else {
                say(&text(at, self.domain, bracket, &ends))?;
            }
        }
        if global.json {
            say(&serde_json::to_string_pretty(&objects)?)?;
        }
        Ok(Exit::Done)
    }

    /// The canonical form of every output.
    fn outputs(&self, below: &LayerFile, above: &LayerFile) -> Result<Vec<Kinks>, CliError> {
        let bias = below.b.as_ref().map(|b| b.view());
        let output = |row| Kinks::new(below.w.view(), bias, row, self.domain);
        let outputs: Result<Vec<Kinks>, _> = above.w.rows().into_iter().map(output).collect();
        outputs.map_err(|error| CliError(format!("{}: {error}", self.network.display())))
    }
}

/// All ends, and why there is no exact one if there is none.
fn measure(kinks: &Kinks, key: &Key) -> Result<(Vec<Timed>, Option<String>), CliError> {
    let (mut ends, mut why) = (Vec::new(), None);
    for method in Method::ALL {
        let began = Instant::now();
        match method.end(kinks, key) {
            Ok(end) => ends.extend(end.map(|end| (end, began.elapsed().as_secs_f64()))),
            Err(error) => why = Some(error.to_string()),
        }
    }
    Ok((ends, why))
}

fn methods() -> String {
    Method::ALL.map(|method| format!("{method:?}").to_lowercase()).join(", ")
}

fn counted(counts: Counts) -> String {
    let Counts { neurons, dead, linear, merged, walls } = counts;
    format!("{neurons} neurons: {walls} hyperplanes, {merged} neurons merged, {dead} constant, {linear} linear")
}

fn object(bracket: Bracket, ends: &[Timed]) -> Value {
    let ends: Vec<Value> = ends
        .iter()
        .map(|(end, seconds)| {
            json!({ "method": end.method, "value": end.value, "certified": end.certified, "seconds": seconds })
        })
        .collect();
    json!({ "lower": bracket.lower, "upper": bracket.upper, "exact": bracket.exact, "ends": ends })
}

fn text(at: usize, domain: Domain, bracket: Bracket, ends: &[Timed]) -> String {
    let Bracket { lower, upper, exact } = bracket;
    let exact = exact.map_or("not known".to_owned(), |exact| exact.to_string());
    let mut lines = vec![format!("output {at} over {domain}: lower {lower}, upper {upper}, exact {exact}")];
    lines.extend(ends.iter().map(|(end, seconds)| {
        let says = match end.says {
            Says::AtLeast => "at least",
            Says::AtMost => "at most",
            Says::Equal { .. } => "equal",
        };
        let certified = if end.certified { "certified" } else { "as computed" };
        format!("  {says:<9} {:<20} {:<22} {certified:<12} {seconds:.3} s", end.method, end.value)
    }));
    lines.join("\n")
}
