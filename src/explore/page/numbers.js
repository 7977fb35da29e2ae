// Numbers as people read and write them, and the scales of sliders and axes.

/** 1 - x in decimal: prune 0.9 is keep 0.1 and not 0.09999999999999998. */
export const complement = (x) => Number((1 - x).toPrecision(12));

/** Up to `digits` significant digits, no trailing zeros, a true minus sign. */
export function short(x, digits = 3) {
  if (x === null || !Number.isFinite(x)) return "–";
  if (x !== 0 && (Math.abs(x) < 1e-4 || Math.abs(x) >= 1e6)) {
    const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
    return `${Number(mantissa)}·10${superscript(Number(exponent))}`.replace("-", "−");
  }
  return String(Number(x.toPrecision(digits))).replace("-", "−");
}

const superscript = (n) => [...String(n)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("");

/** A ratio scale with `steps` positions per decade, its values rounded to two digits. */
export function ratio(least, most, steps) {
  return {
    least: 0,
    most: Math.round(Math.log10(most / least) * steps),
    value: (position) => Number((least * 10 ** (position / steps)).toPrecision(2)),
    position: (value) => Math.log10(value / least) * steps,
  };
}

/** Whole numbers by ratios, two digits each. */
export function counts(least, most, steps) {
  const scale = ratio(least, most, steps);
  return { ...scale, value: (position) => Math.round(scale.value(position)) };
}

/** `count` values from `least` to `most` by even ratios, three digits each, every one once. */
export function spread(least, most, count, digits = 3) {
  const at = (i) => Number((least * (most / least) ** (count > 1 ? i / (count - 1) : 0)).toPrecision(digits));
  return [...new Set(Array.from({ length: count }, (_, i) => at(i)))];
}

/** Prune fractions from 0 to 0.9999 by ratios of what is kept: the same distance from 0.9 to 0.99 as to 0.999. */
export function pruning(steps) {
  const kept = ratio(1e-4, 1, steps);
  return {
    least: 0,
    most: kept.most,
    value: (position) => complement(kept.value(kept.most - position)),
    position: (prune) => kept.most - kept.position(Math.max(complement(prune), 1e-12)),
  };
}

/** Whole numbers, one position each. */
export const whole = (least, most) => ({ least, most, value: (position) => position, position: (value) => value });
