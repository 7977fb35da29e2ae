//! Random points in the scope of each claim are never violated. A seed that fails is committed beside this folder.

use proptest::prelude::*;
use prunelaw::engine::effort::Effort;
use prunelaw::engine::settings::Assignment;
use prunelaw::engine::subset_sum::SampleLaw;
use prunelaw::engine::table::Table;
use prunelaw::theorems::{Card, Claim, Evidence, Finding, Level, Replicas, THEOREMS, Trial};
use prunelaw::verify::{self, Ask, InMemory};

/// A claim at one point that nobody chose.
struct At {
    claim: &'static dyn Claim,
    settings: Vec<(&'static str, String)>,
    replicas: u64,
}

impl Claim for At {
    fn card(&self) -> &'static Card {
        self.claim.card()
    }

    fn evidence(&self, effort: Effort, alpha: f64) -> Vec<Evidence> {
        let Evidence::Trial(trial) = self.claim.evidence(effort, alpha).remove(0) else { panic!("no trial") };
        let settings = self.settings.iter().map(|(key, value)| Assignment::own(key, value.as_str())).collect();
        vec![Evidence::Trial(Trial { settings, replicas: Replicas::Fixed(self.replicas), ..trial })]
    }

    fn judge(&self, seen: &[Table], level: &Level) -> Vec<Finding> {
        self.claim.judge(seen, level)
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        self.claim.false_sibling()
    }
}

/// The verdict's word at a point. Chance, where it enters, may err once in 10^9.
fn verdict(id: &str, key: u32, replicas: u64, settings: Vec<(&'static str, String)>) -> &'static str {
    let claim = *THEOREMS.iter().find(|claim| claim.card().id == id).unwrap();
    let ask = Ask { effort: Effort::Smoke, alpha: 1e-9, key: key.to_string(), sabotage: false };
    verify::run(&[&At { claim, settings, replicas }], &ask, &InMemory).unwrap()[0].verdict.name()
}

/// Keep fractions, the ends included.
fn keep() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("0".to_owned()),
        Just("1".to_owned()),
        (1..100_u32).prop_map(|p| (f64::from(p) / 100.0).to_string())
    ]
}

/// Laws of samples.
fn law() -> impl Strategy<Value = String> {
    prop::sample::select(&SampleLaw::NAMES[..]).prop_map(str::to_owned)
}

fn sizes() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let number = |range: std::ops::RangeInclusive<u32>| range.prop_map(|n| n.to_string());
    let power = prop_oneof![
        Just("1".to_owned()),
        Just("2".to_owned()),
        (10..40_u32).prop_map(|q| (f64::from(q) / 10.0).to_string())
    ];
    let law = prop_oneof![Just("basis".to_owned()), Just("rotated".to_owned())];
    (number(2..=4), number(1..=6), number(4..=40), number(1..=10), power, keep(), law).prop_map(
        |(k, m, d, n, q, p, law)| {
            vec![
                ("classes", k),
                ("neurons", m),
                ("dimension", d),
                ("samples", n),
                ("power", q),
                ("keep", p),
                ("signal_law", law),
                ("steps", "30".to_owned()),
            ]
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn weights_decompose_at_any_size(key: u32, settings in sizes()) {
        prop_assert_eq!(verdict("signal_noise_decomposition", key, 1, settings), "holds");
    }

    #[test]
    fn coefficients_move_one_way_at_any_size(key: u32, settings in sizes()) {
        prop_assert_eq!(verdict("signal_noise_signs_monotone", key, 1, settings), "holds");
    }

    #[test]
    fn dead_neurons_stay_dead_at_any_size(key: u32, settings in sizes()) {
        prop_assert!(["holds", "out_of_scope"].contains(&verdict("dead_neurons_stay_dead", key, 1, settings)));
    }

    #[test]
    fn powers_of_two_rescale_bit_for_bit_at_any_size(key: u32, exponent in -8..8_i32, settings in sizes()) {
        let settings = [settings, vec![("factor", 2_f64.powi(exponent).to_string())]].concat();
        prop_assert_eq!(verdict("scale_symmetry", key, 1, settings), "holds");
    }

    #[test]
    fn the_gradient_is_bounded_by_the_loss_at_any_size(key: u32, settings in sizes()) {
        prop_assert_eq!(verdict("gradient_bounded_by_loss", key, 1, settings), "holds");
    }

    #[test]
    fn masked_noise_has_its_law_at_any_size(key: u32, d in 1..60_u32, keep in 1..=100_u32) {
        let settings = vec![("dimension", d.to_string()), ("keep", (f64::from(keep) / 100.0).to_string())];
        prop_assert_ne!(verdict("masked_noise_norm", key, 400, settings), "violated");
    }

    #[test]
    fn lost_classes_follow_their_law_at_any_size(key: u32, k in 2..8_u32, m in 1..40_u32, keep in keep()) {
        let sizes = [("classes", k), ("dimension", k), ("neurons", m)].map(|(name, value)| (name, value.to_string()));
        let settings = [sizes.to_vec(), vec![("keep", keep)]].concat();
        prop_assert_ne!(verdict("signal_loss_boundary", key, 400, settings), "violated");
    }

    #[test]
    fn surviving_neurons_follow_their_law_at_any_size(key: u32, m in 1..60_u32, keep in keep()) {
        let settings = vec![("neurons", m.to_string()), ("keep", keep)];
        prop_assert_ne!(verdict("surviving_signal_neurons", key, 400, settings), "violated");
    }

    #[test]
    fn counting_bounds_the_covering_radius_at_any_size(key: u32, n in 1..15_u32, law in law()) {
        let settings = vec![("samples", n.to_string()), ("law", law)];
        prop_assert_eq!(verdict("covering_radius_counting", key, 3, settings), "holds");
    }

    #[test]
    fn the_growth_step_is_exact_at_any_accuracy(key: u32, bits in 0.5..12.0_f64) {
        let settings = vec![("eps", (-bits).exp2().to_string())];
        prop_assert_eq!(verdict("growth_step_identity", key, 1, settings), "holds");
    }

    #[test]
    fn products_contain_a_uniform_law_at_any_width(key: u32, thousandths in 1..=1000_u32) {
        let settings = vec![("half_width", (f64::from(thousandths) / 1000.0).to_string())];
        prop_assert_eq!(verdict("gadget_law_contains_uniform", key, 2, settings), "holds");
    }
}
