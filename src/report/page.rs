//! The report: one HTML file that needs nothing else, readable on a phone, in print, and without scripts.

use super::claims;
use super::drawn::Drawn;
use super::html::{details, facts, table, text};
use crate::engine::settings::{Request, Value, plain};
use crate::figures::render::{self, RenderError};
use crate::runner::{How, Study};
use crate::theorems::ledger::{self, Entry};
use crate::theorems::{Subject, THEOREMS};
use crate::verify::{Ask, Report};
use std::path::PathBuf;

/// A sim that was run for the report.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What was run.
    pub study: Study,
    /// Replicas that it asked for, over all cells.
    pub replicas: u64,
    /// Its table.
    pub table: PathBuf,
}

/// Everything that the report shows.
#[allow(missing_debug_implementations)]
pub struct Page<'a> {
    /// Ids and subjects that were asked for; everything if empty.
    pub asked: &'a [String],
    /// Effort, key and level of the call.
    pub ask: &'a Ask,
    /// Threads and device.
    pub how: &'a How,
    /// When it was made, as `2026-03-01T12:00:00Z`.
    pub date: &'a str,
    /// Everything owed.
    pub ledger: &'a [Entry],
    /// The answers.
    pub claims: &'a [Report],
    /// The sims.
    pub sims: &'a [Ran],
    /// The figures.
    pub figures: &'a [Drawn],
}

impl Page<'_> {
    /// The report as one HTML document.
    ///
    /// # Errors
    /// If a figure cannot be rendered.
    pub fn html(&self) -> Result<String, RenderError> {
        let title = match self.asked {
            [] => "prunelaw: everything that is built".to_owned(),
            asked => format!("prunelaw: {}", asked.join(", ")),
        };
        let body = [
            format!("<h1>{}</h1>\n", text(&title)),
            self.summary(),
            self.figures()?,
            self.claims(),
            self.sims(),
            self.open_settings(),
            self.gaps(),
            self.provenance(),
        ]
        .concat();
        Ok(format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
             <style>\n{}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n",
            text(&title),
            include_str!("page.css"),
        ))
    }

    fn summary(&self) -> String {
        let made = format!(
            "Effort {}, key {}, made on {} by prunelaw {}.",
            self.ask.effort,
            quoted(&self.ask.key),
            self.date.replace('T', " at ").replace('Z', " UTC"),
            env!("CARGO_PKG_VERSION"),
        );
        let mut out = format!("<p class=\"soft\">{}</p>\n", text(made));
        if !self.claims.is_empty() {
            out += &format!("<p class=\"lead\">{}</p>\n", claims::sentence(self.claims));
            if self.claims.iter().any(|report| report.card.class.statistical()) {
                out += &format!(
                    "<p>The chance of any false “violated” in this report is at most {0}, and so is that of any false \
                     “holds”.</p>\n",
                    crate::figures::style::number(self.ask.alpha, 3),
                );
            }
            out += &claims::summary(self.claims);
            out += &details("How to read a verdict", HOW_TO_READ);
        }
        out
    }

    fn figures(&self) -> Result<String, RenderError> {
        if self.figures.is_empty() {
            return Ok(String::new());
        }
        let mut out = "<h2>Figures</h2>\n".to_owned();
        for drawn in self.figures {
            let table = drawn.drawing.table();
            let data = format!("<pre>{}</pre>\n", text(table.to_csv()));
            let behind = format!("The table behind it, {} rows", table.rows.len());
            let settings: String = drawn.studies.iter().map(study).collect();
            out += &format!(
                "<figure id=\"{0}\">\n{1}<figcaption><strong>{0}.</strong> {2} <br>Source: {3}</figcaption>\n{4}{5}</figure>\n",
                text(drawn.card.id),
                render::svg(&drawn.drawing)?,
                text(&drawn.drawing.caption),
                text(drawn.card.source),
                details("Its settings", &settings),
                details(&behind, &data).replacen("<details>", "<details class=\"data\">", 1),
            );
        }
        Ok(out)
    }

    fn claims(&self) -> String {
        let mut out = String::new();
        for subject in self.subjects() {
            let of = self.claims.iter().filter(|report| report.card.subject.id == subject.id);
            out += &format!("<h2>{}</h2>\n{}", text(subject.title), of.map(claims::article).collect::<String>());
        }
        out
    }

    /// The subjects of the claims and, where only sims or figures were asked for, of those.
    fn subjects(&self) -> Vec<&'static Subject> {
        let mut subjects: Vec<&'static Subject> = Vec::new();
        let mut add = |subject: &'static Subject| {
            if !subjects.iter().any(|known| known.id == subject.id) {
                subjects.push(subject);
            }
        };
        self.claims.iter().for_each(|report| add(report.card.subject));
        let others = self.figures.iter().map(|drawn| drawn.card.subject);
        for id in others {
            THEOREMS.iter().map(|claim| claim.card().subject).filter(|subject| subject.id == id).for_each(&mut add);
        }
        subjects
    }

    fn sims(&self) -> String {
        if self.sims.is_empty() {
            return String::new();
        }
        let ran = |ran: &Ran| format!("{}<p>{} replicas over all cells</p>\n", study(&ran.study), ran.replicas);
        let each = |ran_one: &Ran| details(ran_one.study.experiment.id(), &ran(ran_one));
        format!("<h2>Experiments</h2>\n{}", self.sims.iter().map(each).collect::<String>())
    }

    fn open_settings(&self) -> String {
        let mut out = String::new();
        for subject in self.subjects() {
            for paper in subject.papers {
                let of = subject.open_settings.iter().filter(|open| open.paper == *paper);
                let rows: Vec<Vec<String>> =
                    of.map(|open| vec![text(open.setting), text(open.choice), text(open.effect)]).collect();
                if !rows.is_empty() {
                    let heads = ["not stated in the paper", "what we choose", "what another choice changes"];
                    out += &format!("<h3>{}</h3>\n{}", text(paper), table(&heads, rows));
                }
            }
        }
        if out.is_empty() { out } else { format!("<h2>Settings that the papers leave open</h2>\n{out}") }
    }

    fn gaps(&self) -> String {
        let subjects = self.subjects();
        let concerns = |entry: &Entry| match &entry.subject {
            Some(subject) => self.asked.is_empty() || subjects.iter().any(|known| known.id == *subject),
            None => self.asked.is_empty(),
        };
        let gaps: Vec<(&Entry, &str)> = self
            .ledger
            .iter()
            .filter(|entry| concerns(entry))
            .filter_map(|entry| Some((entry, entry.gap.as_deref()?)))
            .collect();
        if gaps.is_empty() {
            return String::new();
        }
        let mut groups: Vec<(&str, Vec<(&Entry, &str)>)> = Vec::new();
        for (entry, gap) in gaps {
            let name = entry.subject.as_deref().unwrap_or(match entry.kind {
                ledger::Kind::Sim => "sims",
                _ => "figures",
            });
            match groups.iter_mut().find(|(known, _)| *known == name) {
                Some((_, group)) => group.push((entry, gap)),
                None => groups.push((name, vec![(entry, gap)])),
            }
        }
        let group = |(name, group): &(&str, Vec<(&Entry, &str)>)| {
            let row = |(entry, gap): &(&Entry, &str)| vec![text(&entry.id), text(&entry.says), text(gap)];
            let rows = table(&["id", "what it says", "why it was not run"], group.iter().map(row));
            details(&format!("{name}: {} not run", group.len()), &rows)
        };
        format!(
            "<h2>What was not run, and why</h2>\n<p>These results are owed and have no verdict here.</p>\n{}",
            groups.iter().map(group).collect::<String>()
        )
    }

    fn provenance(&self) -> String {
        let code = format!("prunelaw {}", env!("CARGO_PKG_VERSION"));
        let facts = facts([
            ("code", Some(text(code))),
            ("key", Some(format!("<code>{}</code>", text(&self.ask.key)))),
            ("effort", Some(text(self.ask.effort))),
            ("error rate", Some(crate::figures::style::number(self.ask.alpha, 3))),
            ("device", Some(text(self.how.device.name()))),
            ("kernel", Some(text(self.how.device.kernel()))),
            ("threads", Some(self.how.threads.to_string())),
            ("date", Some(text(self.date))),
        ]);
        format!(
            "<h2>Provenance</h2>\n{facts}<p>The same numbers come from</p>\n<pre class=\"command\">{}</pre>\n\
             <p class=\"soft\">A result depends on its settings, its key and the kernel alone: not on threads, order, \
             shards or what else was run.</p>\n",
            text(self.command())
        )
    }

    /// The command that makes this report.
    fn command(&self) -> String {
        let mut words = vec!["prunelaw reproduce".to_owned()];
        words.extend(self.asked.iter().map(|id| quoted(id)));
        words.push(format!("--effort {} --key {}", self.ask.effort, quoted(&self.ask.key)));
        words.push(format!("--alpha {}", crate::engine::table::shortest(self.ask.alpha)));
        words.join(" ")
    }
}

/// Experiment, address and every setting of a study.
fn study(study: &Study) -> String {
    let (id, address) = (study.experiment.id(), study.address());
    let heading = format!("{id}, {} replicas, key {}", study.request.replicas, quoted(&study.request.key));
    format!(
        "<p>{}<br><code>{}</code></p>\n{}",
        text(heading),
        text(format!("runs/{id}/{address}")),
        settings(&study.request)
    )
}

fn settings(request: &Request) -> String {
    let rows = request.fields().filter(|(field, _)| request.has_effect(field)).map(|(field, values)| {
        let values: Vec<String> = values.iter().map(|value: &Value| plain(value)).collect();
        vec![text(field.name), text(field.symbol), text(values.join(", ")), text(field.unit), text(field.help)]
    });
    table(&["setting", "symbol", "value", "unit", "meaning"], rows)
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_.:/=,".contains(sign);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

const HOW_TO_READ: &str = "<dl class=\"facts\">\n\
<dt>holds</dt><dd>Shown, at the error rate of its claim. The margin is relative slack: 0 is the edge, 1 is all of it.</dd>\n\
<dt>violated</dt><dd>Refuted; a witness is given, with the command that runs it again.</dd>\n\
<dt>scaling agrees, disagrees</dt><dd>The paper hides its constants: only the exponent is judged.</dd>\n\
<dt>inconclusive</dt><dd>Neither shown nor refuted, with the replicas that would probably decide.</dd>\n\
<dt>vacuous</dt><dd>True for free: the bound does not beat the trivial one.</dd>\n\
<dt>out of scope</dt><dd>An assumption fails at every point, and the claim says nothing.</dd>\n\
</dl>\n\
<p>A verdict is proved positive: a missing replica or a number that is not finite makes it inconclusive. What a claim \
does not check stands in its details; statements derived here are labelled so and are not the paper's words.</p>\n";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::effort::Effort;
    use crate::figures::axis::{Axis, Scale};
    use crate::figures::drawing::{Drawing, Ink, Layer, Mark, Panel};
    use crate::figures::{FIGURES, FigureCard};
    use crate::theorems::card::OpenSetting;
    use crate::theorems::{Assumption, Card, Class, Finding, Provenance, Symbol, Verdict, Witness};
    use crate::verify::{Config, Version};

    static SUBJECT: Subject = Subject {
        id: "pruned_training",
        title: "Random pruning <at> initialization & generalization",
        papers: &["yang2025random"],
        open_settings: &[OpenSetting {
            paper: "yang2025random",
            setting: "the constant C_1 of \"mild\" pruning",
            choice: "none; only the exponent is judged",
            effect: "unknown",
        }],
    };
    static CARD: Card = Card {
        id: "surviving_signal_neurons",
        was: None,
        subject: &SUBJECT,
        class: Class::Probability,
        says: "Binomial(m, p) neurons keep their signal entry, Binomial(m, p/2) of them are usable",
        statement: "A class is without a usable neuron with probability (1 - p/2)^m.",
        source: "arXiv 2301.00335, Lemma 17 (<JMLR> numbering)",
        reference: "yang2025random",
        provenance: Provenance::Derived,
        symbols: &[Symbol { letter: "p", name: "keep", meaning: "keep fraction in [0, 1]" }],
        assumptions: &[Assumption { name: "independent entries", says: "the mask is entry-wise Bernoulli(p)" }],
        bound: "(1 - p/2)^m",
        checked: &["the rate of classes without a usable neuron"],
        not_checked: &["anything about training"],
        gaps: &["the paper hides its constants"],
        power: "sees twice the rate with 640 replicas at level 3e-4 with power 0.8",
        about: "the floating-point program",
        protocol: 1,
    };

    fn report(verdict: Verdict) -> Report {
        let finding = Finding {
            version: "as stated",
            ours: true,
            point: vec![("keep".to_owned(), "0.1".to_owned())],
            verdict: verdict.clone(),
            p_value: Some(2.5e-7),
            replicas: 640,
            failures: Some(31),
            claimed_rate: Some(0.05),
            seen: "measured 0.048, claimed 0.05 <= x".to_owned(),
        };
        Report {
            card: &CARD,
            witness: verdict
                .refutes()
                .then(|| "prunelaw verify x --key '<k>' --witness 'keep=0.1 replica=3'".to_owned()),
            replicas: 640,
            failures: Some(31),
            claimed_failure_rate: Some(0.05),
            alpha: Some(2.5e-4),
            p_value: Some(2.5e-7),
            versions: vec![Version { name: "as stated", verdict: verdict.clone() }],
            points: vec![finding; 3],
            config: vec![Config {
                experiment: "surviving_signal_neurons",
                address: "ab".repeat(32),
                replicas: 640,
                points: 3,
                settings: "neurons = 50\n".to_owned(),
            }],
            key: "<k>".to_owned(),
            seconds: 0.25,
            notes: vec!["a note with <b>markup</b>".to_owned()],
            verdict,
        }
    }

    fn reports() -> Vec<Report> {
        let witness = Witness {
            at: vec![("keep".to_owned(), "0.1".to_owned())],
            replica: Some(3),
            seen: "0.2 > 0.1 & more".to_owned(),
        };
        [
            Verdict::Holds { margin: 0.964 },
            Verdict::Violated { margin: -0.25, witness },
            Verdict::OutOfScope { failed: vec!["independent entries".to_owned()] },
            Verdict::Vacuous { bound: 3.0, trivial: 1.0 },
            Verdict::Inconclusive {
                replicas_needed: Some(12_000),
                because: "the interval reaches the claim".to_owned(),
            },
            Verdict::ScalingAgrees { exponent: 0.51, expected: 0.5, std_err: 0.01 },
            Verdict::ScalingDisagrees { exponent: 0.9, expected: 0.5, std_err: 0.01 },
        ]
        .map(report)
        .to_vec()
    }

    fn page() -> String {
        static FIGURE: FigureCard =
            FigureCard { id: "small", was: None, says: "", subject: "pruned_training", source: "<here>" };
        let layers = vec![Layer::Points {
            name: "a < b".to_owned(),
            ink: Ink::Blue,
            at: vec![Mark { replica: 0, x: 0.5, y: 0.5 }],
        }];
        let (x, y) = (Axis::new("x", Scale::Linear), Axis::new("y", Scale::Linear));
        let panels = vec![Panel { title: "t".to_owned(), x, y, layers }];
        let drawing = Drawing { panels, caption: "a <caption>".to_owned() };
        let owed = r#"
            [pruned_training]
            source = "arXiv 2301.00335"
            a_claim = { class = "exact", sheet = "1", says = "it is so", gap = "planned: next" }
        "#;
        let ask = Ask { effort: Effort::Smoke, alpha: 1e-3, key: "<k>".to_owned(), sabotage: false };
        let page = Page {
            asked: &["a&b".to_owned()],
            ask: &ask,
            how: &How::default(),
            date: "2026-03-01T12:00:00Z",
            ledger: &ledger::parse(owed).unwrap(),
            claims: &reports(),
            sims: &[],
            figures: &[Drawn { card: &FIGURE, drawing, studies: Vec::new() }],
        };
        page.html().unwrap()
    }

    #[test]
    fn the_page_needs_nothing_but_itself() {
        let page = page();
        for outside in ["<script", "<link", "<img", "<iframe", "@import", "url(", "src=", "https://"] {
            assert!(!page.contains(outside), "the page has {outside}");
        }
        assert!(page.replace("http://www.w3.org/2000/svg", "").matches("http://").count() == 0);
    }

    #[test]
    fn nothing_that_was_written_becomes_markup() {
        let page = page();
        for markup in ["<k>", "<b>", "<at>", "<JMLR>", "<here>", "<caption>", "a < b", "a&b"] {
            assert!(!page.contains(markup), "the page has {markup}");
        }
    }

    /// Every element is closed in order; those without an end are the few that HTML has so.
    #[test]
    fn every_element_is_closed() {
        let page = page();
        let style = page.find("<style>").unwrap()..page.find("</style>").unwrap();
        let page = page.replace(&page[style], "<style>");
        let mut open: Vec<String> = Vec::new();
        for piece in page.split('<').skip(2) {
            let (tag, _) = piece.split_once('>').unwrap();
            let name = tag.split([' ', '\n']).next().unwrap();
            match tag.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop().as_deref(), Some(closed)),
                None if tag.ends_with('/') || ["meta", "br"].contains(&name) => {}
                None => open.push(name.to_owned()),
            }
        }
        assert_eq!(open, Vec::<String>::new());
    }

    #[test]
    fn every_verdict_has_its_word_and_what_it_rests_on() {
        let page = page();
        for part in [
            "7 claims checked: 1 <span class=\"verdict violated\">violated</span>",
            "scaling disagrees",
            "out of scope",
            "0.964",
            "\u{2212}0.25",
            "31 of 640",
            "0.00025 for a false verdict of this claim",
            "derived here",
            "--witness &#39;keep=0.1 replica=3&#39;",
            "about 12000 replicas would decide",
            "exponent 0.9000 +- 0.0100, expected 0.5",
            "Not checked here",
            "the constant C_1 of &quot;mild&quot; pruning",
            "What was not run, and why",
            "planned: next",
            "prunelaw reproduce &#39;a&amp;b&#39; --effort smoke --key &#39;&lt;k&gt;&#39; --alpha 0.001",
            "t,a &lt; b,0,0.5,nan,0.5,nan",
        ] {
            assert!(page.contains(part), "the page lacks `{part}`");
        }
    }

    #[test]
    fn a_registered_figure_belongs_to_a_subject_of_the_ledger() {
        for figure in FIGURES {
            let subject = Some(figure.card().subject);
            assert!(ledger::ledger().iter().any(|entry| entry.subject.as_deref() == subject), "{}", figure.card().id);
        }
    }
}
