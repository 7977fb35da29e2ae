//! Sharp forms, derived here: labels are independent random signs, so that sigma^2 = 1 and all of y is noise.
//!
//! The law of x has E exp(s (f - E f)) <= exp(s^2 c L^2 / (2 d)) for L-Lipschitz f (c = 1 for N(0, I/d), d/(d-1) for the
//! unit sphere), and f takes values in [-1, 1]. A fit with mean squared error at most 1 - eps has mean(f y) >= 1 -
//! sqrt(1 - eps), exactly, and what is left is the tail of mean(f y).

use super::{Bound, DataLaw, Version};
use std::f64::consts::LN_2;

/// mean(f y) >= 1 - sqrt(MSE), by Cauchy and Schwarz; 1 at interpolation.
pub fn correlation(mean_squared_error: f64) -> f64 {
    1.0 - mean_squared_error.sqrt()
}

/// tau = 1 - sqrt(1 - eps) - s: what of the correlation is not the mean label, up to s.
fn tau(eps: f64, s: f64) -> f64 {
    (correlation(1.0 - eps) - s).max(0.0)
}

/// How often |mean y| exceeds s: 2 exp(-n s^2 / 2).
fn lopsided(law: &DataLaw, s: f64) -> f64 {
    2.0 * (-law.n() * s * s / 2.0).exp()
}

/// S1, finite class: the chance that some of |F| functions fits with mean squared error at most 1 - eps and Lipschitz
/// constant at most L, at most |F| exp(-n d tau^2 / (2 c L^2)) + 2 exp(-n s^2 / 2), for any s > 0.
pub fn finite_class(law: &DataLaw, eps: f64, s: f64, ln_functions: f64, lipschitz: f64) -> Bound {
    let exponent = ln_functions - law.size() * tau(eps, s).powi(2) / (2.0 * lipschitz * lipschitz);
    Bound::at_most(Version::Sharp, exponent.exp() + lopsided(law, s))
}

/// S1 for odd functions of a symmetric x, whose mean is 0, so that a lopsided sample does no harm: the chance that some
/// mean(f y) is at least `correlation` is at most |F| exp(-n d correlation^2 / (2 c L^2)).
pub fn odd_class(law: &DataLaw, correlation: f64, ln_functions: f64, lipschitz: f64) -> Bound {
    let exponent = law.size() * correlation * correlation / (2.0 * lipschitz * lipschitz);
    Bound::at_most(Version::Sharp, (ln_functions - exponent).exp())
}

/// The correlation at which that chance is `rate`.
pub fn odd_class_correlation(law: &DataLaw, rate: f64, ln_functions: f64, lipschitz: f64) -> f64 {
    largest_correlation(law, ln_functions - rate.ln(), lipschitz)
}

/// S1 solved for L: w.p. 1 - delta - 2 exp(-n s^2 / 2) every such f has Lip(f) >= tau sqrt(n d / (2 c ln(|F| / delta))).
pub fn finite_class_lipschitz(law: &DataLaw, eps: f64, s: f64, ln_functions: f64, delta: f64) -> Bound {
    let nats = ln_functions + (1.0 / delta).ln();
    Bound::at_least(Version::Sharp, tau(eps, s) * (law.size() / (2.0 * nats)).sqrt())
}

/// S2, any algorithm whose output fits with mean squared error at most 1 - eps, always: the largest Lipschitz constant of
/// its outputs is at least (1 - sqrt(1 - eps) - n^(-1/2)) sqrt(n d / (2 c I)), I = I(f; D) <= I(m; D) + E ln N_m in nats.
pub fn expectation(law: &DataLaw, eps: f64, information: f64) -> Bound {
    let tau = tau(eps, 1.0 / law.n().sqrt());
    Bound::at_least(Version::Sharp, tau * (law.size() / (2.0 * information)).sqrt())
}

/// S2 for outputs of any Lipschitz constant: E[(mean(f y) - |mean y|) / Lip(f)] <= sqrt(2 c I / (n d)).
pub fn normalised_correlation(law: &DataLaw, information: f64) -> f64 {
    (2.0 * information / law.size()).sqrt()
}

/// S2 inverted: the nats that an output must have about D for this mean of mean((f - E f) y) / Lip(f).
pub fn least_information(law: &DataLaw, normalised: f64) -> f64 {
    0.5 * law.size() * normalised.max(0.0).powi(2)
}

/// S3: the chance of an output with mean squared error at most 1 - eps and Lipschitz constant at most L is at most
/// 2 c L^2 (I + ln 2) / (n d tau^2) + 2 exp(-n s^2 / 2).
pub fn selected(law: &DataLaw, eps: f64, s: f64, information: f64, lipschitz: f64) -> Bound {
    let chosen = 2.0 * lipschitz * lipschitz * (information + LN_2) / (law.size() * tau(eps, s).powi(2));
    Bound::at_most(Version::Sharp, chosen + lopsided(law, s))
}

/// S3 solved for L: w.p. 1 - delta - 2 exp(-n s^2 / 2) an output that fits has a Lipschitz constant of at least
/// tau sqrt(n d delta / (2 c (I + ln 2))).
pub fn selected_lipschitz(law: &DataLaw, eps: f64, s: f64, information: f64, delta: f64) -> Bound {
    Bound::at_least(Version::Sharp, tau(eps, s) * (law.size() * delta / (2.0 * (information + LN_2))).sqrt())
}

/// S3 inverted: the nats that an output must have about D if with chance `rate` its mean squared error is at most 1 - eps and
/// its Lipschitz constant at most L: (rate - 2 exp(-n s^2 / 2)) n d tau^2 / (2 c L^2) - ln 2, for the best s on a grid. Not above
/// 0 where it says nothing.
pub fn least_information_by_chance(law: &DataLaw, eps: f64, rate: f64, lipschitz: f64) -> f64 {
    let floor = |s: f64| (rate - lopsided(law, s)) * law.size() * tau(eps, s).powi(2) / (2.0 * lipschitz * lipschitz);
    (1..100).map(|percent| floor(f64::from(percent) / 100.0)).fold(0.0, f64::max) - LN_2
}

/// E max_t X_t <= s sqrt(2 ln N) for N variables with E exp(l X) <= exp(l^2 s^2 / 2); for X_t = mean(f_t y) and L-Lipschitz
/// f_t: s = L sqrt(c / (n d)).
pub fn largest_correlation(law: &DataLaw, ln_functions: f64, lipschitz: f64) -> f64 {
    lipschitz * normalised_correlation(law, ln_functions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maximum_over_ridge_functions_is_bounded_as_measured() {
        for (n, d, functions, bound) in [(20, 10, 100.0, 0.2146), (50, 20, 1000.0, 0.1175), (10, 50, 5000.0, 0.1846)] {
            let law = DataLaw::gaussian(n, d);
            assert!((largest_correlation(&law, f64::ln(functions), 1.0) - bound).abs() < 5e-5);
        }
        // N = 100, n = 40, d = 20, L = 2.23: 0.239.
        let law = DataLaw::gaussian(40, 20);
        assert!((largest_correlation(&law, 100f64.ln(), 2.23) - 0.239).abs() < 5e-4);
    }

    #[test]
    fn a_form_solved_for_the_constant_is_the_form() {
        let law = DataLaw::gaussian(400, 30);
        let (eps, s, delta) = (0.9, 0.1, 0.2);
        let at = finite_class_lipschitz(&law, eps, s, 5.0, delta).value;
        assert!((finite_class(&law, eps, s, 5.0, at).value - delta - lopsided(&law, s)).abs() < 1e-12);
        let at = selected_lipschitz(&law, eps, s, 5.0, delta).value;
        assert!((selected(&law, eps, s, 5.0, at).value - delta - lopsided(&law, s)).abs() < 1e-12);
        let (information, fit) = (7.0, 0.3);
        let normalised = normalised_correlation(&law, information);
        assert!((least_information(&law, normalised) - information).abs() < 1e-12);
        // An S2 that holds with equality is the normalised form at that constant.
        let lipschitz = expectation(&law, 1.0 - (1.0 - fit - 0.05f64).powi(2), information).value;
        assert!((fit / lipschitz - normalised).abs() < 1e-12);
    }

    #[test]
    fn the_odd_ridge_class_of_the_sheet_fails_one_time_in_ten_at_most() {
        let (law, tau) = (DataLaw::gaussian(40, 20), correlation(0.5));
        assert!((odd_class(&law, tau, 100f64.ln(), 2.23).value - 0.1).abs() < 1e-3);
        let at = odd_class_correlation(&law, 0.1, 100f64.ln(), 2.23);
        assert!((odd_class(&law, at, 100f64.ln(), 2.23).value - 0.1).abs() < 1e-12);
    }

    #[test]
    fn the_floor_by_chance_allows_that_chance() {
        let law = DataLaw::gaussian(400, 30);
        let (eps, rate, lipschitz) = (0.9, 0.8, 0.4);
        let least = least_information_by_chance(&law, eps, rate, lipschitz);
        let allowed = |s: f64| selected(&law, eps, s, least, lipschitz).value;
        let most = (1..100).map(|percent| allowed(f64::from(percent) / 100.0)).fold(f64::INFINITY, f64::min);
        assert!(least > 0.0 && (most - rate).abs() < 1e-9, "{least} {most}");
        assert!(least_information_by_chance(&law, eps, 0.0, lipschitz) < 0.0);
    }

    #[test]
    fn nothing_is_left_where_the_mean_label_takes_all() {
        let law = DataLaw::gaussian(40, 20);
        assert!(finite_class(&law, 0.5, 0.5, 1.0, 1.0).vacuous());
        assert!(expectation(&DataLaw::gaussian(4, 20), 0.5, 1.0).vacuous());
    }
}
