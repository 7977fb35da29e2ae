//! `prunelaw ticket`: a strong ticket for somebody's own network, with certificate (arXiv 2006.07990).

use super::{CliError, Exit, Global, note, say, stop_on_signals};
use crate::engine::data::npz::{Npz, NpzBuilder, NpzError};
use crate::engine::key::Key;
use crate::engine::stop::Stop;
use crate::engine::subset_sum::SampleLaw;
use crate::engine::ticket::network::widths;
use crate::engine::ticket::rehearsal::rehearse;
use crate::engine::ticket::width::{MOST_N, first_n, next_n};
use crate::engine::ticket::{self, Certificate, Construction, Target, Variant, WEIGHT_LAWS, certify, construct};
use crate::outside;
use crate::record::parts::refuse_unused;
use crate::runner::{memory, readable};
use crate::store::replace;
use clap::Args;
use ndarray::{Array2, Ix2};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Accuracy where nobody asks for another.
const EPS: f64 = 0.01;
/// A rehearsal may come out too large by this factor; beyond it an accuracy is out of reach.
const OUT_OF_REACH: f64 = 4.0;
/// Weights of a target, times searches from below: many for small networks, some for large ones.
const SEARCHED_WEIGHTS: usize = 4_000_000;

/// A strong ticket for your own network: a random network that is only pruned, with a certificate
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Ticket {
    /// The network to approximate: w1 (m, d), w2 (K, m), ...; ReLU between them, no biases, weights in [-1, 1]
    #[arg(long, value_name = "T.npz")]
    target: PathBuf,
    /// Accuracy to certify on the unit ball; the random network is made as wide as that takes [default: 0.01]
    #[arg(long, value_name = "E", conflicts_with = "n", allow_hyphen_values = true, value_parser = accuracy)]
    eps: Option<f64>,
    /// Width instead: 2N hidden units per input coordinate of a layer
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = half_units)]
    n: Option<usize>,
    /// Which units serve which sign of an input: adaptive (by their own sign) or strict (half and half, as in the proof)
    #[arg(long, value_name = "V", default_value = "adaptive", value_parser = ["strict", "adaptive"])]
    variant: String,
    /// Law of the random weights
    #[arg(long, value_name = "L", default_value = "uniform", value_parser = WEIGHT_LAWS)]
    law: String,
}

const EXAMPLES: &str = "\
Examples:
  prunelaw ticket --target net.npz --out ticket.npz                 certified to 0.01 on the unit ball
  prunelaw ticket --target net.npz --n 20 --variant strict --out ticket.npz --json

ticket.npz has the random network w1, w2, ... (two layers for each of the target's) and mask1, mask2, ...: who multiplies
each w by its mask and evaluates the ReLU network has the approximation. --json prints depth, widths, candidates and kept
(weights of all layers), and error_lower <= sup |f - g| <= error_upper over the unit ball, for the arrays as written.";

fn accuracy(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(eps) if eps > 0.0 && eps.is_finite() => Ok(eps),
        _ => Err(format!("an accuracy is a finite number above 0, such as {EPS}")),
    }
}

fn half_units(text: &str) -> Result<usize, String> {
    let wanted = format!("n is a whole number from 1 to {MOST_N}");
    match text.parse::<usize>() {
        Ok(n @ 1..=MOST_N) => Ok(n),
        Ok(0) => Err(format!("{wanted}; nearest: 1")),
        Ok(_) => {
            let most = ticket::gadget::MOST_LIVE;
            Err(format!(
                "{wanted}: there every half has the {most} live units that the exact search takes; nearest: {MOST_N}"
            ))
        }
        Err(_) => Err(wanted),
    }
}

/// A ticket and how good it is.
struct Made {
    ticket: ticket::Ticket,
    certificate: Certificate,
    how: Construction,
}

impl Ticket {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let out = global.archive("ticket", "ticket.npz")?;
        let target = read(&self.target)?;
        let variant = Variant::named(&self.variant).expect("one of the words");
        let law = SampleLaw::named(&self.law).expect("one of the words");
        let n = self.n.unwrap_or_else(|| first_n(&target, variant, self.eps.unwrap_or(EPS)));
        let how = Construction { n, variant, law };
        refuse_what_does_not_fit(&target, n)?;
        if global.plan {
            let widths = words(&widths(&target.widths(), n));
            let more = if self.n.is_some() { "" } else { " at first, more if that is not enough" };
            let need = readable(bytes(&target, n));
            return say(&format!("draw and prune a network of widths {widths} (n = {n}){more}; {need} of memory"))
                .map(|()| Exit::Done);
        }
        let stop = stop_on_signals()?;
        let root = Key::root(global.key.as_deref().unwrap_or("0"));
        let made = match self.n {
            Some(_) => make(&target, how, &root, &stop),
            None => self.make_to(&target, how, &root, &stop, global.quiet)?,
        };
        let Some(made) = made else {
            note("interrupted; nothing was written, and the same command starts again");
            return Ok(Exit::Interrupted);
        };
        replace(out, &archive(&made.ticket)?)?;
        if global.json { say(&json_of(&made)) } else { say(&lines(&made, out)) }?;
        Ok(Exit::Done)
    }

    /// Widens the random network until its certificate is good enough.
    fn make_to(
        &self,
        target: &Target,
        mut how: Construction,
        root: &Key,
        stop: &Stop,
        quiet: bool,
    ) -> Result<Option<Made>, CliError> {
        let eps = self.eps.unwrap_or(EPS);
        let mut tried = Vec::new();
        loop {
            let Some(made) = make(target, how, root, stop) else { return Ok(None) };
            let upper = made.certificate.upper;
            if upper <= eps {
                return Ok(Some(made));
            }
            tried.push((how.n, upper));
            let Some(n) = next_n(&tried, how.variant, eps) else { return Err(cannot(eps, upper)) };
            // What two guesses did not reach may be out of reach, and the widest networks take longest to build.
            if tried.len() == 2 {
                let widest = Construction { n: MOST_N, ..how };
                let Some(least) = rehearse(target, &widest, &root.child("init"), stop) else { return Ok(None) };
                if least > OUT_OF_REACH * eps {
                    return Err(cannot(eps, least));
                }
            }
            refuse_what_does_not_fit(target, n)?;
            if !quiet {
                note(&format!("n = {}: error at most {}; going on with n = {n}", how.n, shown_above(upper)));
            }
            how.n = n;
        }
    }
}

/// The error for an accuracy that no n reaches, where the largest gives about this bound.
fn cannot(eps: f64, upper: f64) -> CliError {
    let nearest = shown_above(upper);
    CliError(format!(
        "--eps {eps:e} cannot be certified: the bound of the error is about {upper:.3e} at n = {MOST_N}, the largest; \
         nearest: --eps {nearest}, or --n {MOST_N} to have that ticket"
    ))
}

fn make(target: &Target, how: Construction, root: &Key, stop: &Stop) -> Option<Made> {
    let ticket = construct(target, &how, &root.child("init"), stop)?;
    let weights: usize = target.layers().iter().map(|w| w.len()).sum();
    let starts = (SEARCHED_WEIGHTS / weights).clamp(10, 200);
    let certificate = certify(target, &ticket.layers, starts, &root.child("search"));
    (!stop.requested()).then_some(Made { ticket, certificate, how })
}

/// The target in an archive: w1, w2, ..., with its masks if it has any.
fn read(path: &Path) -> Result<Target, CliError> {
    let bytes = outside::read(path)?;
    let said = |why: String| CliError(format!("--target {}: {why}", path.display()));
    let layers = Npz::open(&bytes).and_then(|mut npz| layers(&mut npz)).map_err(|error| said(error.to_string()))?;
    Target::new(layers).map_err(|error| said(error.to_string()))
}

fn layers(npz: &mut Npz<'_>) -> Result<Vec<Array2<f64>>, NpzError> {
    let numbered = |name: &str, at: usize| format!("{name}{at}");
    let count = (1..).take_while(|at| npz.has(&numbered("w", *at))).count().max(1);
    let used = (1..=count).flat_map(|at| ["w", "mask"].map(|name| numbered(name, at)));
    refuse_unused(npz, &["w", "mask"], &used.collect::<Vec<_>>())?;
    if let Some(bias) = (1..=count).map(|at| numbered("b", at)).find(|name| npz.has(name)) {
        let reason = "a ticket's target has no biases; as a coordinate of x that is always 1, a bias is a weight";
        return Err(NpzError::NoPlace { array: bias, reason });
    }
    let layer = |at: usize| {
        let name = numbered("w", at);
        let w = npz.numbers(&name)?;
        let shape = w.shape().to_vec();
        let shaped = |_| NpzError::Shape { array: name.clone(), got: shape.clone(), expected: "(out, in)".to_owned() };
        let mut w = w.into_dimensionality::<Ix2>().map_err(shaped)?;
        if npz.has(&numbered("mask", at)) {
            let mask = npz.mask_of(&numbered("mask", at), &shape)?;
            w.iter_mut().enumerate().filter(|(at, _)| !mask.keeps(*at)).for_each(|(_, w)| *w = 0.0);
        }
        Ok(w)
    };
    (1..=count).map(layer).collect()
}

/// Bytes of a random network with its masks, and of the archive while it is written.
fn bytes(target: &Target, n: usize) -> f64 {
    let widths = widths(&target.widths(), n);
    40.0 * widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum::<f64>()
}

fn refuse_what_does_not_fit(target: &Target, n: usize) -> Result<(), CliError> {
    let (need, there) = (bytes(target, n), memory().unwrap_or(f64::INFINITY));
    if need <= there {
        return Ok(());
    }
    let nearest = (1..n).rev().find(|n| bytes(target, *n) <= there);
    let nearest = nearest.map_or(String::new(), |n| format!("; nearest: --n {n}"));
    let (need, there) = (readable(need), readable(there));
    Err(CliError(format!("n = {n} takes about {need} of memory, and there are {there}{nearest}")))
}

fn archive(ticket: &ticket::Ticket) -> Result<Vec<u8>, NpzError> {
    let mut arrays = NpzBuilder::default();
    for (at, layer) in ticket.network.layers.iter().enumerate() {
        arrays.add(&format!("w{}", at + 1), &layer.w)?;
    }
    for (at, mask) in ticket.masks.iter().enumerate() {
        arrays.add(&format!("mask{}", at + 1), &mask.to_array())?;
    }
    arrays.finish()
}

fn json_of(made: &Made) -> String {
    let (widths, certificate) = (made.ticket.network.widths(), &made.certificate);
    let said = json!({
        "depth": widths.len() - 1,
        "widths": widths,
        "candidates": made.ticket.candidates(),
        "kept": made.ticket.kept(),
        "error_lower": certificate.lower,
        "error_upper": certificate.upper,
        // Both ends are proved; an end that is no number proves nothing.
        "certified": certificate.upper.is_finite(),
    });
    format!("{said:#}")
}

fn lines(made: &Made, out: &Path) -> String {
    let Made { ticket, certificate, how } = made;
    let widths = ticket.network.widths();
    let mut lines = vec![
        format!("random network of depth {}, widths {}", widths.len() - 1, words(&widths)),
        format!("n = {}, {} gadgets, {} weights", how.n, how.variant.name(), how.law.name()),
        format!("kept {} of {} weights", ticket.kept(), ticket.candidates()),
        "sup |f - g| over the unit ball is".to_owned(),
        format!("  at least {:.3e}  found by search", certificate.lower * (1.0 - 5e-4)),
    ];
    let bound = |(name, bound): &(&str, f64)| format!("  at most  {}  {name}", shown_above(*bound));
    lines.extend(certificate.bounds.iter().rev().map(bound));
    let halves = || ticket.layers.iter().flat_map(|layer| layer.halves());
    let short = halves().flat_map(|half| half.in_range.iter()).filter(|in_range| !**in_range).count();
    if short > 0 {
        let all: usize = halves().map(|half| half.in_range.len()).sum();
        lines.push(format!(
            "{short} of {all} halves of gadgets do not add up to their weight: a larger n has the range"
        ));
    }
    lines.push(format!("{}", out.display()));
    lines.join("\n")
}

/// A bound with four digits, rounded up.
fn shown_above(bound: f64) -> String {
    format!("{:.3e}", bound * (1.0 + 5e-4))
}

fn words(widths: &[usize]) -> String {
    widths.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}
