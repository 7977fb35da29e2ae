//! The part of the report about claims: a line each in the summary, and an article each with everything behind it.

use super::html::{details, facts, list, table, text};
use crate::figures::style::number;
use crate::theorems::{Card, Finding, Verdict};
use crate::verify::{self, Report};

/// The verdict in words, with its colour and sign.
pub(super) fn chip(verdict: &Verdict) -> String {
    format!("<span class=\"verdict {}\">{}</span>", verdict.name(), text(words(verdict)))
}

fn words(verdict: &Verdict) -> String {
    verdict.name().replace('_', " ")
}

/// How many claims came out in which way, worst first, in one sentence.
pub(super) fn sentence(reports: &[Report]) -> String {
    let order = ["violated", "scaling_disagrees", "inconclusive", "vacuous", "out_of_scope", "scaling_agrees", "holds"];
    let count = |name: &&str| {
        let of: Vec<&Report> = reports.iter().filter(|report| report.verdict.name() == *name).collect();
        of.first().map(|first| format!("{} {}", of.len(), chip(&first.verdict)))
    };
    let counts: Vec<String> = order.iter().filter_map(count).collect();
    let claims = if reports.len() == 1 { "claim" } else { "claims" };
    format!("{} {claims} checked: {}.", reports.len(), counts.join(", "))
}

/// One line per claim.
pub(super) fn summary(reports: &[Report]) -> String {
    let line = |report: &Report| {
        let Card { id, says, .. } = report.card;
        let margin = report.verdict.margin().map_or(String::new(), |margin| format!("margin {}, ", signed(margin)));
        format!(
            "<li>{}<p><a href=\"#{id}\">{id}</a> <span class=\"soft\">{margin}{} replicas</span><br>{}</p></li>\n",
            chip(&report.verdict),
            report.replicas,
            text(says),
        )
    };
    format!("<ul class=\"summary\">\n{}</ul>\n", reports.iter().map(line).collect::<String>())
}

/// Everything about one claim.
pub(super) fn article(report: &Report) -> String {
    let card = report.card;
    let because = verify::because(&report.verdict).map(text);
    let failures = report.failures.map(|failures| format!("{failures} of {}", report.replicas));
    let error_rate = match report.alpha {
        Some(alpha) => format!("{} for a false verdict of this claim, either way", number(alpha, 3)),
        None => "no chance enters".to_owned(),
    };
    let facts = facts([
        ("because", because),
        ("margin", report.verdict.margin().map(signed)),
        ("replicas", Some(report.replicas.to_string())),
        ("failures", failures),
        ("claimed rate", report.claimed_failure_rate.map(|rate| number(rate, 4))),
        ("error rate", Some(error_rate)),
        ("p-value", report.p_value.map(p_value)),
        ("about", Some(text(card.about))),
        ("source", Some(format!("{} <span class=\"soft\">({})</span>", text(card.source), card.provenance.label()))),
    ]);
    let witness = report.witness.as_ref().map_or(String::new(), |witness| {
        format!("<p>One command runs the witness again:</p>\n<pre class=\"command\">{}</pre>\n", text(witness))
    });
    format!(
        "<article id=\"{}\">\n<header><h3>{}</h3>{}</header>\n<p>{}</p>\n{facts}{witness}{}{}{}{}</article>\n",
        text(card.id),
        text(card.id),
        chip(&report.verdict),
        text(card.says),
        list("Notes", &report.notes),
        details(&format!("Versions and points ({})", report.points.len()), &points(report)),
        details("What is claimed, and what is and is not checked", &statement(card)),
        details("Settings", &settings(report)),
    )
}

fn points(report: &Report) -> String {
    let versions = report.versions.iter().map(|version| {
        vec![text(version.name), chip(&version.verdict), version.verdict.margin().map(signed).unwrap_or_default()]
    });
    let versions = table(&["version", "verdict", "margin"], versions);
    let point = |finding: &Finding| {
        vec![
            text(verify::words(&finding.point)),
            text(finding.version),
            chip(&finding.verdict),
            finding.verdict.margin().map(signed).unwrap_or_default(),
            finding.replicas.to_string(),
            finding.failures.map(|failures| failures.to_string()).unwrap_or_default(),
            finding.claimed_rate.map(|rate| number(rate, 4)).unwrap_or_default(),
            finding.p_value.map(p_value).unwrap_or_default(),
            match verify::because(&finding.verdict) {
                Some(because) if because != finding.seen => format!("{}<br>{}", text(&finding.seen), text(because)),
                _ => text(&finding.seen),
            },
        ]
    };
    let heads =
        ["point", "version", "verdict", "margin", "replicas", "failures", "claimed", "p-value", "measured and claimed"];
    versions + &table(&heads, report.points.iter().map(point))
}

fn statement(card: &Card) -> String {
    let symbols = card.symbols.iter().map(|symbol| vec![text(symbol.letter), text(symbol.name), text(symbol.meaning)]);
    let symbols = if card.symbols.is_empty() { String::new() } else { table(&["symbol", "name", "meaning"], symbols) };
    let assumptions: Vec<String> =
        card.assumptions.iter().map(|assumption| format!("{}: {}", assumption.name, assumption.says)).collect();
    [
        format!("<p>{}</p>\n", text(card.statement)),
        facts([("bound or law", Some(text(card.bound))), ("power", Some(text(card.power)))]),
        symbols,
        list("Assumptions", &assumptions),
        list("Checked here", card.checked),
        list("Not checked here", card.not_checked),
        list("Differences to the paper", card.gaps),
    ]
    .concat()
}

fn settings(report: &Report) -> String {
    let one = |config: &verify::Config| {
        let heading = format!("{}, {} points, {} replicas each", config.experiment, config.points, config.replicas);
        let place = format!("runs/{}/{}", config.experiment, config.address);
        format!("<p>{}<br><code>{}</code></p>\n<pre>{}</pre>\n", text(heading), text(place), text(&config.settings))
    };
    let seconds = format!("<p>Checked in {} s of wall time.</p>\n", number(report.seconds, 3));
    seconds + &report.config.iter().map(one).collect::<String>()
}

fn signed(margin: f64) -> String {
    number(margin, 3)
}

fn p_value(p: f64) -> String {
    if p == 0.0 { "below 10⁻³⁰⁰".to_owned() } else { text(number(p, 3)) }
}
