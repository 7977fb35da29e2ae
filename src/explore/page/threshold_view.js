// The threshold view: a slider for the pruned fraction, the curve over all fractions, and the training at the slider.

import { choice, entry, group, number, size, slider } from "./controls.js";
import { Curves } from "./curves.js";
import { complement, counts, pruning, ratio, short, whole } from "./numbers.js";
import { by, commandLine, files, over, recall, refuse, remember, status } from "./page.js";
import { Stream } from "./stream.js";
import { Threshold } from "./threshold.js";

const TRAJECTORY = "pruning_trajectory";
const SWEEP = "pruning_fraction_sweep";
const FIGURE = "pruning_threshold_curve";
/** The phase diagram's sizes, small enough to answer a hand: the page begins with them. */
const GRID = "pruning_phase_grid";
const SMALL = "B";
const FEW_STEPS = 400;
/** A drag asks at most this often, in milliseconds. */
const PAUSE = 16;

/** Settings that an effort fixes and a slider may change: name, title, scale, unit. */
const SIZES = [
  size("neurons", "Width", "m", counts(1, 2000, 20), "neurons per class head"),
  size("samples", "Samples", "n", counts(2, 1000, 20), "training samples"),
  size("dimension", "Dimension", "d", counts(10, 50000, 10), "coordinates of a patch"),
  size("classes", "Classes", "K", whole(2, 20), "classes, one head each"),
  size("init_scale", "Initial scale", "σ₀", ratio(1e-4, 1, 20), "standard deviation of initial weights"),
  size("power", "Power", "q", ratio(1, 6, 40), "of the activation ReLU^q"),
  size("rate", "Learning rate", "η", ratio(1e-4, 10, 10), "step of gradient descent"),
  size("steps", "Most steps", "T", counts(10, 100000, 10), "cap; training ends at its loss target"),
];

export function threshold(start) {
  const sweep = start.sims.find((sim) => sim.id === SWEEP);
  const usual = start.effort === "normal" ? SMALL : start.effort;
  const initial = { view: "threshold", prune: 0.8, snr: 0.3, replicas: 16, effort: usual, key: start.key };
  for (const { name } of SIZES) initial[name] = null;
  const state = recall(initial);
  const small = differing(start.sims.find((sim) => sim.id === GRID).presets.normal, sweep.presets.normal);
  const presets = { [SMALL]: { ...sweep.presets.normal, ...small }, ...sweep.presets };
  const preset = (name) => (presets[state.effort] ?? presets.normal)[name][0];
  /** The cells of the figure's own curve, so that rows are shared with `run` and `figures`. */
  const grid = sweep.presets.normal.keep.map(complement);

  const move = (prune, settled) => set({ prune: scale.value(Math.round(scale.position(prune))) }, settled);
  const curve = new Threshold({
    accuracy: by("threshold-accuracy"), loss: by("threshold-loss"), marks: by("marks"), pick: move,
  });
  const curves = new Curves({
    accuracy: by("curves-accuracy"), loss: by("curves-loss"), alignment: by("curves-alignment"),
  });
  const views = { curves, threshold: curve };
  const streams = { curves: new Stream("curves"), threshold: new Stream("threshold") };
  const commands = { threshold: commandLine("command of the curve"), curves: commandLine("command of the training") };

  const form = document.querySelector("form.controls");
  form.addEventListener("submit", (event) => event.preventDefault());
  const scale = pruning(20);
  const controls = {
    prune: slider(form, {
      name: "prune", title: "Pruned fraction α", initial: () => initial.prune, scale,
      help: "0 to 0.9999 by ratios of what is kept; type any value from 0 to 1",
      fields: [
        number("prune", "α"),
        { name: "keep", label: "keep p", read: complement, write: (x) => (Number.isFinite(x) ? String(complement(x)) : "") },
      ],
      change: (prune) => set({ prune }, true), live: (prune) => set({ prune }, false),
    }),
    snr: slider(form, {
      name: "snr", title: "Signal-to-noise ratio", initial: () => initial.snr, scale: ratio(0.03, 3, 40),
      help: "SNR = μ / (σₙ √d), 0.03 to 3", fields: [number("snr", "SNR")],
      change: (snr) => set({ snr }, true), live: (snr) => set({ snr }, false),
    }),
    replicas: slider(form, {
      name: "replicas", title: "Replicas", initial: () => initial.replicas, scale: whole(1, 40),
      help: "independent networks per pruned fraction, 1 to 40; type more", fields: [number("replicas", "R")],
      change: (replicas) => set({ replicas }, true), live: (replicas) => set({ replicas }, false),
    }),
    effort: choice(form, {
      name: "effort", title: "Size", options: sizes(presets, state.effort), initial: state.effort,
      // Another size has its own width, samples and so on.
      change: (effort) => set({ ...Object.fromEntries(SIZES.map(({ name }) => [name, null])), effort }, true),
    }),
  };
  const more = group(form, "More settings", SIZES.some(({ name }) => state[name] !== null));
  for (const { name, title, letter, scale, help } of SIZES) {
    controls[name] = slider(more, {
      name, title, scale, help, initial: () => preset(name), fields: [number(name, letter)],
      change: (value) => set({ [name]: value === preset(name) ? null : value }, true),
      live: (value) => set({ [name]: value === preset(name) ? null : value }, false),
    });
  }
  controls.key = entry(more, {
    name: "key", title: "Key", help: "another text, other draws; the same text, the same bits", initial: state.key,
    change: (key) => set({ key }, true),
  });
  const show = () => {
    for (const [name, control] of Object.entries(controls)) control.set(state[name] ?? preset(name));
    if (Number.isFinite(state.prune)) curve.at(state.prune);
  };

  /** Changes settings; the computations of the old ones stop at once, those of the new ones begin after a pause. */
  let timer = 0;
  function set(change, settled) {
    if (Object.entries(change).every(([name, value]) => state[name] === value) && !settled) return;
    const only = Object.keys(change).join() === "prune";
    Object.assign(state, change);
    show();
    if (!only) curve.renew();
    Object.values(streams).forEach((stream) => stream.stop());
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
    // Browsers limit how often the address may change: not while the slider moves.
    if (settled) remember(state);
  }

  async function ask() {
    refuse("");
    by("continue").hidden = true;
    const own = state.key === "0" ? {} : { key: state.key };
    const changed = SIZES.filter(({ name }) => state[name] !== null).map(({ name }) => [name, state[name]]);
    const words = state.effort === SMALL
      ? { effort: "normal", ...Object.fromEntries(Object.entries(small).map(([name, [value]]) => [name, value])) }
      : { effort: state.effort };
    const shared = {
      ...words, snr: state.snr, replicas: state.replicas, ...Object.fromEntries(changed), ...own,
    };
    const near = Number.isFinite(state.prune) ? { near: `keep=${complement(state.prune)}` } : {};
    const whole = { sim: SWEEP, prune: grid.join(), ...shared };
    const here = { sim: TRAJECTORY, prune: state.prune, ...shared };
    files(by("threshold-files"), whole,
      [["picture SVG", { format: "svg", figure: FIGURE }], ["PNG", { format: "png", figure: FIGURE }],
        ["rows CSV", { format: "csv" }], ["npz", { format: "npz" }], ["page that stays alive offline", { format: "html" }]]);
    files(by("curves-files"), here, [["rows CSV", { format: "csv" }], ["npz", { format: "npz" }]]);
    try {
      // What is stored appears at once.
      const hear = (event, data) => {
        curve.hear(event, data);
        if (event === "begin") commands.threshold(data.command);
      };
      if (curve.stale && over(await streams.threshold.ask({ ...whole, ...near, only: "stored" }, hear))) return;
      // The curves first, alone: they answer the hand on the slider. The cells nearest to it follow.
      const last = await follow("curves", here);
      if (over(last)) return;
      await follow("threshold", { ...whole, ...near });
    } catch (error) {
      status("");
      refuse(error.message);
    }
  }

  async function follow(name, question) {
    const progress = by(`${name}-progress`);
    const began = performance.now();
    const last = await streams[name].ask(question, (event, data) => {
      views[name].hear(event, data);
      if (event === "begin") {
        commands[name](data.command);
        progress.value = 0;
        status(name === "curves" ? "training at the slider …" : "filling the threshold curve …");
      } else if (event === "progress") {
        progress.value = data.total ? data.done / data.total : 1;
      } else if (event === "note") {
        console.info(data.text);
      } else if (event === "failed") {
        refuse(data.error);
      } else if (event === "done") {
        progress.value = 1;
        const seconds = short((performance.now() - began) / 1000, 2);
        status(data.computed ? `${data.computed} networks trained in ${seconds} s` : "all rows were stored already");
      }
    });
    over(last);
    return last;
  }

  by("continue").addEventListener("click", ask);
  addEventListener("pagehide", () => Object.values(streams).forEach((stream) => stream.stop()));
  show();
  ask();
}

/** The settings of a preset that are others in the sweep's own, and a cap that a hand can wait for. */
function differing(preset, own) {
  const apart = ["keep", "noise", "replicas", "test_samples", "steps"];
  const differs = ([name, value]) => !apart.includes(name) && own[name] && String(own[name]) !== String(value);
  return { ...Object.fromEntries(Object.entries(preset).filter(differs)), steps: [FEW_STEPS] };
}

/** Efforts that differ in more than replicas and cells, and the one that is chosen, with what they are. */
function sizes(presets, chosen) {
  const names = { [SMALL]: "Setting B", smoke: "Small", normal: "Setting A", paper: "Paper" };
  const shown = { dimension: "d", samples: "n", neurons: "m", classes: "K", power: "q" };
  const size = (preset) => JSON.stringify(Object.keys(preset).filter((k) => !["keep", "noise", "replicas"].includes(k)).map((k) => preset[k]));
  const words = Object.keys(presets).filter((word, i, all) =>
    word === chosen || (word !== "paper" || size(presets.paper) !== size(presets.normal)) && all.indexOf(word) === i);
  return words.map((word) => {
    const preset = presets[word];
    const parts = Object.entries(shown).filter(([name]) => preset[name]).map(([name, letter]) => `${letter} = ${preset[name][0]}`);
    return { word, label: names[word] ?? word, help: `${parts.join(", ")}; at most ${preset.steps?.[0]} steps` };
  });
}
