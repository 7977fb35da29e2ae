// Settings to begin with, one per figure of a paper or of ours, each with what to look at.

import { address, by, make } from "./page.js";

const PRESETS = [
  ["Pruning improves, then destroys", "arXiv 2301.00335, Thms 3 and 9, our setting A: accuracy rises where noise is pruned away, and falls where classes lose their last usable neuron.",
    "threshold", { prune: 0.8, snr: 0.3, replicas: 20, effort: "normal" }],
  ["Memorizing without pruning", "The same at α = 0: training loss goes to 0 while test accuracy stays at chance. Watch the noise pass 1 before the signal does.",
    "threshold", { prune: 0, snr: 0.3, replicas: 8, effort: "normal" }],
  ["A strong signal needs no pruning", "SNR above the memorization boundary of the dense network: pruning can only harm.",
    "threshold", { prune: 0.5, snr: 1, replicas: 8, effort: "smoke" }],
  ["Phase diagram over SNR and keep fraction", "Setting B: the contour follows the derived memorization boundary (n SNR^q / K)^(2/q) on one side, signal loss on the other.",
    "phase", { x: "keep", y: "snr", cells: 12, replicas: 4 }],
  ["Phase diagram over width and keep fraction", "Wide networks can be pruned further before classes lose their usable neurons; narrow ones have no window at all.",
    "phase", { x: "keep", y: "neurons", cells: 12, replicas: 4, snr: 0.25 }],
  ["The law of robustness", "arXiv 2105.12806 and 2402.01089: fitted networks lie far above √(nd/p), and every printed constant is vacuous here. Move what the mask knows.",
    "robustness", { prune: 0.9, share: 0.5 }],
  ["Subset sums, all targets", "Lueker 1998, arXiv 2006.07990: half of all samples reach every target at about one number per bit, plus an offset. Set the theorem's hidden C by hand.",
    "sums", { law: "uniform", samples: 10, bits: 5, constant: 1.6 }],
  ["Half of a gadget", "arXiv 2006.07990: the law of a strict half has an atom at 0; it takes about twice the numbers.",
    "sums", { law: "strict-half", samples: 12, bits: 2, half_width: 0.5 }],
];

/** Fills the menu of presets. */
export function presets() {
  by("presets").append(...PRESETS.map(([title, note, view, state]) =>
    make("li", {}, make("a", { href: address(view, state) }, title), make("span", { class: "small" }, ` ${note}`))));
}
