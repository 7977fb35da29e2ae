//! Axes: from a value to a place, and where the ticks are.

use crate::style::{number, power_of_ten};

/// How an axis spaces its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By the logarithm. Values that are not positive stand at the lower end.
    Log,
    /// Fractions in [0, 1] by -log10(1 - x), so that 0.9, 0.99 and 0.999 are as far apart from each other as 0 from 0.9.
    /// The value 1 stands at the right end.
    Fraction,
}

/// An axis: what it shows, in which unit, on which scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Quantity with its unit or range.
    pub label: String,
    /// Spacing.
    pub scale: Scale,
    /// First and last value, where they do not follow from the data.
    pub ends: Option<[f64; 2]>,
}

/// A tick: value and label; minor ticks have no label.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Place in [0, 1] along the axis.
    pub place: f64,
    /// What is written beside it.
    pub label: Option<String>,
}

impl Scale {
    /// A value on the scale, up to a linear map.
    pub(crate) fn stretch(self, value: f64) -> f64 {
        match self {
            Scale::Linear => value,
            Scale::Log if value > 0.0 => value.log10(),
            Scale::Log => f64::NEG_INFINITY,
            Scale::Fraction => -(1.0 - value).log10(),
        }
    }

    /// The value at a place of the scale.
    pub(crate) fn relax(self, place: f64) -> f64 {
        match self {
            Scale::Linear => place,
            Scale::Log => 10f64.powf(place),
            Scale::Fraction => 1.0 - 10f64.powf(-place),
        }
    }

    /// The edges of the cells around ascending centres, one more than those: halfway between neighbours on the scale
    /// (arithmetic means on a linear one, geometric on a log one), and outside as far from the last centre as inside.
    pub fn edges(self, centres: &[f64]) -> Vec<f64> {
        let at: Vec<f64> = centres.iter().map(|centre| self.stretch(*centre)).collect();
        let inner = at.windows(2).map(|pair| 0.5 * (pair[0] + pair[1]));
        let places: Vec<f64> = match *at.as_slice() {
            [] => Vec::new(),
            // Alone in its row, a cell reaches half its value to both sides, or a factor of about 1.4.
            [only] => {
                let half = match self {
                    Scale::Linear if only == 0.0 => 0.5,
                    Scale::Linear => 0.5 * only.abs(),
                    Scale::Log | Scale::Fraction => 0.15,
                };
                vec![only - half, only + half]
            }
            [first, second, ..] => {
                let (last, before) = (at[at.len() - 1], at[at.len() - 2]);
                [1.5 * first - 0.5 * second].into_iter().chain(inner).chain([1.5 * last - 0.5 * before]).collect()
            }
        };
        places.into_iter().map(|place| self.relax(place)).collect()
    }
}

impl Axis {
    /// An axis whose ends follow from the data.
    pub fn new(label: impl Into<String>, scale: Scale) -> Axis {
        Axis { label: label.into(), scale, ends: None }
    }

    /// The same axis from `first` to `last`, which may be the smaller one.
    pub fn from_to(self, first: f64, last: f64) -> Axis {
        Axis { ends: Some([first, last]), ..self }
    }
}

/// An axis fitted to its data: maps values to places in [0, 1].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ruler {
    scale: Scale,
    /// First and last place on the scale.
    ends: [f64; 2],
}

impl Ruler {
    /// Fits an axis to the values that it has to show.
    pub(crate) fn fit(axis: &Axis, values: impl Iterator<Item = f64>) -> Ruler {
        let scale = axis.scale;
        if let Some([first, last]) = axis.ends {
            return Ruler { scale, ends: [scale.stretch(first), scale.stretch(last)] };
        }
        let (low, high) = values
            .map(|value| scale.stretch(value))
            .filter(|place| place.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| (low.min(place), high.max(place)));
        let ends = match (low <= high, scale) {
            (false, _) => [0.0, 1.0],
            // A log axis always shows at least one decade, so that it has two labels.
            (true, Scale::Log) if high - low < 1.0 => [low.floor(), low.floor().max(high.ceil() - 1.0) + 1.0],
            (true, _) => {
                let room = (0.04 * (high - low)).max(if high == low { 0.5 } else { 0.0 });
                [low - room, high + room]
            }
        };
        Ruler { scale, ends }
    }

    /// The place of a value in [0, 1]; clamped for values that the scale cannot show, `None` if not a number.
    pub(crate) fn place(&self, value: f64) -> Option<f64> {
        self.beyond(value).map(|place| place.clamp(0.0, 1.0))
    }

    /// The place of a value, below 0 or above 1 where it lies beside the axis; `None` if not a number. What has no
    /// place on the scale stands just beside it.
    pub(crate) fn beyond(&self, value: f64) -> Option<f64> {
        let [first, last] = self.ends;
        let place = (self.scale.stretch(value) - first) / (last - first);
        if place.is_nan() { None } else { Some(place.clamp(-1e6, 1e6)) }
    }

    /// Whether a value lies on the axis.
    pub(crate) fn shows(&self, value: f64) -> bool {
        let [low, high] = self.sorted();
        (low..=high).contains(&self.scale.stretch(value))
    }

    /// Ticks, with at most about `most` labels.
    pub(crate) fn ticks(&self, most: usize) -> Vec<Tick> {
        let [low, high] = self.sorted();
        let values = match self.scale {
            Scale::Linear => linear_ticks([low, high], most),
            Scale::Log => log_ticks([low, high], most),
            Scale::Fraction => fraction_ticks(),
        };
        let shown = values.into_iter().filter(|(value, _)| {
            let (at, slack) = (self.scale.stretch(*value), 1e-9 * (high - low));
            at >= low - slack && at <= high + slack
        });
        let mut ticks: Vec<Tick> =
            shown.filter_map(|(value, label)| self.place(value).map(|place| Tick { place, label })).collect();
        ticks.sort_by(|a, b| a.place.total_cmp(&b.place));
        ticks
    }

    fn sorted(&self) -> [f64; 2] {
        let [first, last] = self.ends;
        [first.min(last), first.max(last)]
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks([first, last]: [f64; 2], most: usize) -> Vec<(f64, Option<String>)> {
    let rough = (last - first) / most.max(1) as f64;
    let decade = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|k| k * decade).into_iter().find(|step| *step >= rough).unwrap_or(rough);
    let (from, to) = ((first / step).ceil() as i64, (last / step).floor() as i64);
    (from..=to).map(|k| (k as f64 * step, Some(number(k as f64 * step, 6)))).collect()
}

/// Decades with labels, every second or third where there are many; 2 to 9 between them without, except that the fewer
/// decades there are, the more of them have one.
fn log_ticks([first, last]: [f64; 2], most: usize) -> Vec<(f64, Option<String>)> {
    let every = ((last - first) / most.max(1) as f64).ceil().max(1.0) as i32;
    let named: &[i32] = match last - first {
        span if span < 0.8 => &[2, 3, 4, 5, 6, 8],
        span if span < 1.8 => &[2, 5],
        _ => &[],
    };
    let decade = |k: i32| {
        let unit = 10f64.powi(k);
        let major = (unit, (k % every == 0).then(|| power_of_ten(k)));
        let minor = move |i: i32| {
            let value = f64::from(i) * unit;
            (value, named.contains(&i).then(|| number(value, 1)))
        };
        [major].into_iter().chain((2..10).map(minor).filter(move |_| every == 1))
    };
    (first.floor() as i32..=last.ceil() as i32).flat_map(decade).collect()
}

/// 0, 0.5, 0.9, 0.95, 0.99, ... with labels, the tenths of each decade without.
fn fraction_ticks() -> Vec<(f64, Option<String>)> {
    let mut ticks = vec![(0.0, Some("0".to_owned()))];
    for decade in 0..9u32 {
        let unit = 10f64.powi(-(decade as i32) - 1);
        for tenth in (1..10).rev() {
            let label = match tenth {
                // 1 - 5/10 and 1 - 1/10 of what the decade leaves: 0.5, 0.9, 0.95, 0.99, ....
                5 | 1 => Some(format!("0.{}{}", "9".repeat(decade as usize), 10 - tenth)),
                _ => None,
            };
            ticks.push((1.0 - f64::from(tenth) * unit, label));
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ruler: &Ruler, most: usize) -> Vec<String> {
        ruler.ticks(most).into_iter().filter_map(|tick| tick.label).collect()
    }

    #[test]
    fn a_fraction_axis_gives_each_nine_the_same_room() {
        let ruler = Ruler::fit(&Axis::new("", Scale::Fraction).from_to(0.0, 0.999), [].into_iter());
        for (value, place) in [(0.0, 0.0), (0.9, 1.0 / 3.0), (0.99, 2.0 / 3.0), (0.999, 1.0)] {
            assert!((ruler.place(value).unwrap() - place).abs() < 1e-12);
        }
        assert_eq!(labels(&ruler, 9), ["0", "0.5", "0.9", "0.95", "0.99", "0.995", "0.999"]);
        assert_eq!(ruler.place(1.0), Some(1.0));
    }

    #[test]
    fn log_ticks_stand_at_decades() {
        let ruler = Ruler::fit(&Axis::new("", Scale::Log), [0.008, 2.5].into_iter());
        assert_eq!(labels(&ruler, 5), ["0.01", "0.1", "1"]);
        let narrow = Ruler::fit(&Axis::new("", Scale::Log), [0.2, 0.3].into_iter());
        assert_eq!(labels(&narrow, 5), ["0.1", "0.2", "0.5", "1"]);
        let across = Ruler::fit(&Axis::new("", Scale::Log), [0.8, 1.2].into_iter());
        assert!(across.shows(0.8) && across.shows(1.2));
    }

    #[test]
    fn linear_ticks_are_round() {
        let ruler = Ruler::fit(&Axis::new("", Scale::Linear).from_to(0.4, 1.02), [].into_iter());
        assert_eq!(labels(&ruler, 6), ["0.4", "0.6", "0.8", "1"]);
    }

    #[test]
    fn an_axis_may_run_from_large_to_small() {
        let ruler = Ruler::fit(&Axis::new("", Scale::Log).from_to(1.0, 0.03), [].into_iter());
        assert_eq!(labels(&ruler, 5), ["1", "0.5", "0.2", "0.1", "0.05"]);
        assert_eq!((ruler.place(1.0), ruler.place(0.03), ruler.place(0.01)), (Some(0.0), Some(1.0), Some(1.0)));
        assert!(ruler.shows(0.5) && !ruler.shows(2.0) && !ruler.shows(0.02));
        assert!(ruler.beyond(2.0).unwrap() < 0.0 && ruler.beyond(0.0).unwrap() > 1.0);
    }

    #[test]
    fn edges_lie_halfway_on_the_scale() {
        assert_eq!(Scale::Linear.edges(&[1.0, 2.0, 4.0]), [0.5, 1.5, 3.0, 5.0]);
        let close = |got: Vec<f64>, expected: &[f64]| {
            assert_eq!(got.len(), expected.len());
            assert!(got.iter().zip(expected).all(|(a, b)| (a / b - 1.0).abs() < 1e-12), "{got:?}");
        };
        close(Scale::Log.edges(&[0.01, 1.0]), &[0.001, 0.1, 10.0]);
        close(
            Scale::Fraction.edges(&[0.9, 0.99]),
            &[1.0 - 10f64.powf(-0.5), 1.0 - 10f64.powf(-1.5), 1.0 - 10f64.powf(-2.5)],
        );
        close(Scale::Linear.edges(&[0.3]), &[0.15, 0.45]);
        assert!(Scale::Log.edges(&[]).is_empty());
    }

    #[test]
    fn no_data_and_one_value_still_make_an_axis() {
        for values in [vec![], vec![0.7], vec![f64::NAN]] {
            for scale in [Scale::Linear, Scale::Log, Scale::Fraction] {
                let ruler = Ruler::fit(&Axis::new("", scale), values.clone().into_iter());
                assert!(ruler.place(0.7).is_some_and(f64::is_finite));
                assert!(!ruler.ticks(5).is_empty());
            }
        }
    }
}
