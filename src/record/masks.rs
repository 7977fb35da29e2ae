//! The masks of a fully connected network: from a file, or by the rule of `[mask]`.

use super::Record;
use super::parts::refuse_unused;
use crate::engine::data::npz::Npz;
use crate::engine::data::{FewSamples, LabelledData};
use crate::engine::fraction::KeepFraction;
use crate::engine::key::Key;
use crate::engine::mask::Mask;
use crate::engine::network::mlp::{Mlp, Samples};
use crate::engine::pruning::phew::{Bias, Walks};
use crate::engine::pruning::synflow_l2::Form;
use crate::engine::pruning::{self, Batch, Plan, PruningError, Rule, Schedule, Scope, Scores, rounds, synflow};
use crate::engine::real::Real;
use crate::engine::settings::SettingsError;
use std::sync::Arc;

/// What a record prunes, one array (out, in) per layer.
#[derive(Clone, Debug)]
pub struct Pruned {
    /// The weights that stay.
    pub masks: Vec<Mask>,
    /// What decided on each, where the rule ranks weights by a score.
    pub scores: Option<Scores>,
}

impl Record {
    /// The masks, if the record prunes; `net` is the initial network, and `all` its training samples where they are there
    /// already. Data are read only for rules that look at them.
    ///
    /// # Errors
    /// A file that cannot be read, masks of other shapes than the network, or a rule that cannot prune it.
    pub fn mlp_masks<R: Real>(
        &self,
        net: &Mlp<R>,
        all: Option<&Arc<Samples<R>>>,
    ) -> Result<Option<Pruned>, SettingsError> {
        let widths = self.settings().counts("widths");
        let shapes: Vec<[usize; 2]> = widths.windows(2).map(|pair| [pair[1], pair[0]]).collect();
        let name = |at: usize| format!("mask{}", at + 1);
        let unscored = |masks| Ok(Some(Pruned { masks, scores: None }));
        if self.word("mask").is_some() {
            let read = |npz: &mut Npz<'_>| {
                refuse_unused(npz, &["mask"], &(0..shapes.len()).map(name).collect::<Vec<_>>())?;
                shapes.iter().enumerate().map(|(at, shape)| npz.mask_of(&name(at), shape)).collect::<Result<_, _>>()
            };
            return unscored(self.read_npz("mask", read)?);
        }
        let Some(word) = self.word("rule") else { return Ok(None) };
        let (keep, key) = (self.keep(), self.root().child("mask"));
        let each = |of: fn(&[usize], KeepFraction, &Key) -> Mask| {
            shapes.iter().enumerate().map(|(at, shape)| of(shape, keep, &key.child(&name(at)))).collect()
        };
        match (word, self.scope()) {
            ("bernoulli", _) => return unscored(each(Mask::bernoulli)),
            ("neurons", _) => return unscored(Mask::hidden_neurons(&widths, keep, &key)),
            _ => self.refuse_no_path(&shapes)?,
        }
        let unable = |error| self.pruning_error(error);
        let Some(rule) = self.scored() else {
            return unscored(match (word, self.scope()) {
                ("phew", _) => {
                    Walks::new(net, self.walk(), &key).and_then(|mut walks| walks.until(keep)).map_err(unable)?
                }
                (_, Scope::Layer) => each(Mask::random),
                (_, Scope::Global) => {
                    Mask::random_global(&shapes.iter().map(|shape| shape.as_slice()).collect::<Vec<_>>(), keep, &key)
                }
            });
        };
        let batch = if rule.wants_data() { Some(self.batch(all, &key)?) } else { None };
        let pruned = rule.decide(net, &pruning::dense(net), batch.as_ref(), &self.plan(rule));
        let (masks, scores) = pruned.map_err(unable)?;
        Ok(Some(Pruned { masks, scores: Some(scores) }))
    }

    /// The rounds in which no layer can be emptied, where the rule has that guarantee and the record asks for fewer.
    pub fn safe_rounds(&self) -> Option<usize> {
        let rule = self.scored()?;
        let plan = self.plan(rule);
        let conserved = matches!(rule, Rule::SynFlow | Rule::SynFlowL2 { form: Form::Saliency });
        let layers = self.settings().counts("widths").len() - 1;
        if !conserved || plan.scope == Scope::Layer || layers < 2 {
            return None;
        }
        let safe = rounds::safe_rounds(layers, plan.keep.get(), plan.schedule);
        (plan.rounds < safe).then_some(safe)
    }

    /// The rule, if it ranks weights by a score.
    fn scored(&self) -> Option<Rule> {
        let settings = self.settings();
        let form = || Form::ALL.into_iter().find(|form| form.name() == settings.text("form"));
        match self.word("rule")? {
            "magnitude" => Some(Rule::Magnitude),
            "snip" => Some(Rule::Snip),
            "grasp" => Some(Rule::Grasp { temperature: settings.real("temperature") }),
            "synflow" => Some(Rule::SynFlow),
            "synflow-l2" => Some(Rule::SynFlowL2 { form: form().expect("the vocabulary knows the forms") }),
            _ => None,
        }
    }

    fn walk(&self) -> Bias {
        let word = self.settings().text("walk");
        Bias::ALL.into_iter().find(|bias| bias.name() == word).expect("the vocabulary knows the walks")
    }

    fn scope(&self) -> Scope {
        if self.settings().text("scope") == "layer" { Scope::Layer } else { Scope::Global }
    }

    fn plan(&self, rule: Rule) -> Plan {
        let settings = self.settings();
        let by_path = matches!(rule, Rule::SynFlow | Rule::SynFlowL2 { .. });
        Plan {
            rounds: match settings.count("rounds") {
                0 if by_path => synflow::ROUNDS,
                0 => 1,
                rounds => rounds,
            },
            schedule: match settings.text("mask_schedule") {
                "linear" => Schedule::Linear,
                _ => Schedule::Exponential,
            },
            ..Plan::one_shot(self.keep(), self.scope())
        }
    }

    /// The samples by whose loss weights are scored: all of them, or some of each class.
    fn batch<R: Real>(&self, all: Option<&Arc<Samples<R>>>, key: &Key) -> Result<Batch<R>, SettingsError> {
        let samples = match (self.settings().count("samples_per_class"), all) {
            (0, Some(all)) => Arc::clone(all),
            (0, None) => self.of_data(|data| self.samples_of(&data.train))?,
            (count, _) => {
                self.of_data(|data| self.samples_of(&self.of_each_class(&data.train, count, &key.child("batch"))?))?
            }
        };
        Ok(Batch { samples, loss: self.loss() })
    }

    fn of_each_class(&self, data: &LabelledData, count: usize, key: &Key) -> Result<LabelledData, SettingsError> {
        data.of_each_class(count, key).map_err(|error| {
            let nearest = match error {
                FewSamples::NoClasses => 0,
                FewSamples::Class { there, .. } => there,
            };
            self.conflict("samples_per_class", error.to_string(), Some(nearest.to_string()))
        })
    }

    /// Refuses to keep so few weights that no path can lead through all layers.
    fn refuse_no_path(&self, shapes: &[[usize; 2]]) -> Result<(), SettingsError> {
        let sizes = || shapes.iter().map(|[out, into]| out * into);
        let (what, weights, least) = match self.scope() {
            Scope::Layer => ("the smallest layer", sizes().min().expect("there are layers"), 1),
            Scope::Global => ("the network", sizes().sum(), shapes.len()),
        };
        let kept = self.keep().count_of(weights);
        if kept >= least {
            return Ok(());
        }
        let reaches = |keep: f64| KeepFraction::new(keep).is_ok_and(|keep| keep.count_of(weights) >= least);
        let half = (least as f64 - 0.5) / weights as f64;
        let smallest = [half, half.next_up(), 1.0].into_iter().find(|keep| reaches(*keep));
        let must = format!(
            "it keeps {kept} of the {weights} weights of {what}, and a path takes one of each of the {} layers",
            shapes.len()
        );
        Err(self.conflict("keep", must, smallest.map(|keep| keep.to_string())))
    }

    /// The error of a rule that cannot prune the network.
    fn pruning_error(&self, error: PruningError) -> SettingsError {
        match error {
            PruningError::Network(error) => self.mlp_error(error),
            PruningError::Unreachable { .. } => self.conflict("keep", error.to_string(), None),
            error => self.unusable("rule", error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::{FAMILY, WANT_DATA};
    use super::*;
    use crate::engine::settings::Domain;

    #[test]
    fn the_words_of_settings_are_those_of_the_rules() {
        let words = |name: &str| {
            let field = FAMILY[0].fields.iter().find(|field| field.name == name).unwrap();
            let Domain::Choice(words) = field.domain else { panic!("{name} is no choice") };
            let mut words = words.to_vec();
            words.sort_unstable();
            words
        };
        let sorted = |mut names: Vec<&'static str>| {
            names.sort_unstable();
            names
        };
        assert_eq!(words("form"), sorted(Form::ALL.map(Form::name).to_vec()));
        assert_eq!(words("walk"), sorted(Bias::ALL.map(Bias::name).to_vec()));
        for word in WANT_DATA {
            assert!([Rule::Snip, Rule::Grasp { temperature: 1.0 }].iter().any(|rule| rule.name() == *word));
        }
    }
}
