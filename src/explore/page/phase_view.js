// The phase view: two axes and a measure to choose; cells fill coarse to fine, and a click shows the replicas of one.

import { choice, entry, group, number, select, size, slider } from "./controls.js";
import { complement, counts, ratio, short, spread, whole } from "./numbers.js";
import { address, by, commandLine, files, make, over, recall, refuse, remember, status } from "./page.js";
import { AXES, Phase } from "./phase.js";
import { Stream } from "./stream.js";

const GRID = "pruning_phase_grid";
/** Pairs that `prunelaw figures` draws, of the test accuracy. */
const FIGURES = { "keep,snr": "phase_diagram_pruning", "keep,neurons": "phase_diagram_width" };
const SIZES = [
  size("samples", "Samples", "n", counts(2, 1000, 20), "training samples"),
  size("dimension", "Dimension", "d", counts(10, 20000, 10), "coordinates of a patch"),
  size("init_scale", "Initial scale", "σ₀", ratio(1e-3, 1, 20), "standard deviation of initial weights"),
  size("power", "Power", "q", ratio(1, 6, 40), "of the activation ReLU^q"),
  size("rate", "Learning rate", "η", ratio(1e-3, 10, 10), "step of gradient descent"),
  size("steps", "Most steps", "T", counts(10, 10000, 10), "cap; training ends at its loss target"),
];
const ENDS = ["x_from", "x_to", "y_from", "y_to"];
/** Every so manieth cell first, then those between. */
const STRIDES = [4, 2, 1];
const PAUSE = 60;
/** A cap that a hand can wait for; the sim's own lets the last cells converge. */
const FEW_STEPS = 400;

export function phase(start) {
  const sim = start.sims.find((sim) => sim.id === GRID);
  const measures = sim.columns.filter((column) => column.kind === "real").map(({ name, unit, meaning }) => [name, `${name.replaceAll("_", " ")} (${unit})`, meaning]);
  const initial = {
    view: "phase", x: "keep", y: "snr", measure: "test_accuracy", cells: 12, replicas: 4, prune: 0.7, snr: 0.3, neurons: 60,
    x_from: null, x_to: null, y_from: null, y_to: null, effort: "normal", key: start.key, cell: null,
  };
  for (const { name } of SIZES) initial[name] = null;
  initial.steps = FEW_STEPS;
  const state = recall(initial);
  if (!AXES[state.x]) state.x = initial.x;
  if (!AXES[state.y] || state.y === state.x) state.y = Object.keys(AXES).find((axis) => axis !== state.x);
  if (!measures.some(([name]) => name === state.measure)) state.measure = initial.measure;
  const preset = (name) => sim.presets[state.effort]?.[name]?.[0] ?? sim.presets.normal[name]?.[0];

  const diagram = new Phase({
    hosts: { map: by("phase-map"), cell: by("phase-cell"), level: by("phase-level"), marks: by("phase-marks") },
    ramp: start.ramp, choose, leave,
  });
  const stream = new Stream("phase");
  const command = commandLine("command of the diagram");
  let axes = {};

  const form = document.querySelector("form.controls");
  form.addEventListener("submit", (event) => event.preventDefault());
  const options = Object.entries(AXES).map(([name, { title }]) => [name, title]);
  /** Another axis has other ends. */
  const usual = Object.fromEntries(ENDS.map((end) => [end, null]));
  const other = (taken) => Object.keys(AXES).find((axis) => axis !== taken);
  const controls = {
    x: select(form, {
      name: "x", title: "Across", options, initial: state.x,
      change: (x) => set({ x, y: state.y === x ? other(x) : state.y, ...usual, cell: null }),
    }),
    y: select(form, {
      name: "y", title: "Up", options, initial: state.y,
      change: (y) => set({ y, x: state.x === y ? other(y) : state.x, ...usual, cell: null }),
    }),
    measure: select(form, {
      name: "measure", title: "Measure", options: measures, initial: state.measure,
      change: (measure) => { Object.assign(state, { measure }); remember(state); diagram.show({ measure: words() }); links(); },
    }),
    cells: slider(form, {
      name: "cells", title: "Cells per axis", initial: () => initial.cells, scale: whole(4, 24), help: "4 to 24, by even ratios",
      fields: [number("cells", "cells")], change: (cells) => set({ cells, cell: null }),
    }),
    replicas: slider(form, {
      name: "replicas", title: "Replicas", initial: () => initial.replicas, scale: whole(1, 20),
      help: "independent networks per cell; the same draws in every cell", fields: [number("replicas", "R")],
      change: (replicas) => set({ replicas }),
    }),
    // What is no axis has one value.
    prune: slider(form, {
      name: "prune", title: "Pruned fraction α", initial: () => initial.prune, scale: fraction(), help: "of all cells",
      fields: [number("prune", "α")], change: (prune) => set({ prune }),
    }),
    snr: slider(form, {
      name: "snr", title: "Signal-to-noise ratio", initial: () => initial.snr, scale: ratio(0.03, 3, 40), help: "of all cells",
      fields: [number("snr", "SNR")], change: (snr) => set({ snr }),
    }),
    neurons: slider(form, {
      name: "neurons", title: "Width", initial: () => initial.neurons, scale: counts(1, 2000, 20), help: "neurons per class head, of all cells",
      fields: [number("neurons", "m")], change: (neurons) => set({ neurons }),
    }),
  };
  const more = group(form, "More settings", SIZES.some(({ name }) => state[name] !== initial[name]));
  for (const end of ENDS) {
    const [axis, side] = end.split("_");
    controls[end] = entry(more, {
      name: end, title: `${axis === "x" ? "Across" : "Up"} ${side}`, help: "empty for the usual end", initial: "",
      change: (text) => set({ [end]: text.trim() === "" ? null : Number(text), cell: null }),
    });
  }
  for (const { name, title, letter, scale, help } of SIZES) {
    controls[name] = slider(more, {
      name, title, scale, help, initial: () => initial[name] ?? preset(name), fields: [number(name, letter)],
      // What is the size's own is not said; the cap always is.
      change: (value) => set({ [name]: initial[name] === null && value === preset(name) ? null : value }), live: () => {},
    });
  }
  controls.effort = choice(more, {
    name: "effort", title: "Size", initial: state.effort,
    options: [{ word: "normal", label: "Setting B", help: describe("normal") }, { word: "smoke", label: "Small", help: describe("smoke") }],
    change: (effort) => set({ effort, ...Object.fromEntries(SIZES.map(({ name }) => [name, initial[name]])) }),
  });
  controls.key = entry(more, {
    name: "key", title: "Key", help: "another text, other draws", initial: state.key, change: (key) => set({ key }),
  });

  function describe(word) {
    const of = sim.presets[word];
    return `d = ${of.dimension[0]}, n = ${of.samples[0]}, K = ${of.classes[0]}; at most ${of.steps[0]} steps`;
  }

  function show() {
    const empty = (name) => (ENDS.includes(name) ? "" : preset(name));
    for (const [name, control] of Object.entries(controls)) control.set(state[name] ?? empty(name));
    for (const [axis, control] of [["keep", "prune"], ["snr", "snr"], ["neurons", "neurons"]]) {
      by(control).closest(".control").hidden = axis === state.x || axis === state.y;
    }
  }

  function values(side) {
    const { ends: [least, most], whole: round } = AXES[state[side]];
    const [from, to] = [state[`${side}_from`] ?? least, state[`${side}_to`] ?? most];
    if (!(from > 0) || !(to > from)) throw new Error(`The ends of ${AXES[state[side]].title} are ${from} and ${to}: both above 0, the first below the second.`);
    const found = spread(from, to, state.cells, round ? 2 : 3).map((x) => (round ? Math.max(1, Math.round(x)) : x));
    return [...new Set(found)];
  }

  let timer = 0;
  function set(change) {
    Object.assign(state, change);
    show();
    remember(state);
    stream.stop();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  /** The question of these values of the axes. */
  function question(xs, ys) {
    const fixed = { keep: complement(state.prune), snr: state.snr, neurons: state.neurons };
    const words = { ...fixed, [state.x]: xs.join(), [state.y]: ys.join() };
    const changed = SIZES.filter(({ name }) => state[name] !== null).map(({ name }) => [name, state[name]]);
    const own = state.key === "0" ? {} : { key: state.key };
    const effort = state.effort === "normal" ? {} : { effort: state.effort };
    return { sim: GRID, ...effort, ...words, ...Object.fromEntries(changed), replicas: state.replicas, ...own };
  }

  async function ask() {
    refuse("");
    by("continue").hidden = true;
    const began = performance.now();
    let computed = 0;
    try {
      axes = { xs: values("x"), ys: values("y") };
      diagram.renew({ x: state.x, y: state.y, ...axes, measure: words(), chosen: chosen() });
      links();
      const strides = STRIDES.filter((stride) => stride === 1 || Math.min(axes.xs.length, axes.ys.length) > 2 * stride);
      for (const only of [{ only: "stored" }, {}]) {
        for (const stride of only.only ? [1] : strides) {
          const every = (list) => list.filter((_, i) => i % stride === 0);
          const last = await stream.ask({ ...question(every(axes.xs), every(axes.ys)), ...only, ...near() }, (event, data) => {
            hear(event, data);
            if (event === "done") computed += data.computed;
            if (event === "begin" && stride === 1) command(data.command);
          });
          if (over(last)) return;
        }
      }
      const seconds = short((performance.now() - began) / 1000, 2);
      status(computed ? `${computed} networks trained in ${seconds} s` : "all rows were stored already");
      by("phase-progress").value = 1;
    } catch (error) {
      status("");
      refuse(error.message);
    }
  }

  /** The cells under the pointer, or around the chosen one, come first. */
  function near() {
    const at = diagram.under ?? chosen();
    if (!at) return {};
    const x = axes.xs[at[0]];
    return x === undefined || state.x === "snr" ? {} : { near: `${AXES[state.x].field}=${x}` };
  }

  function hear(event, data) {
    diagram.hear(event, data);
    if (event === "progress") by("phase-progress").value = data.total ? data.done / data.total : 1;
    else if (event === "failed") refuse(data.error);
    else if (event === "cells") status(`${diagram.filled} of ${axes.xs.length * axes.ys.length} cells`);
  }

  const words = () => measures.find(([name]) => name === state.measure);
  const chosen = () => {
    const at = String(state.cell ?? "").split(",").map(Number);
    return at.length === 2 && axes.xs?.[at[0]] !== undefined && axes.ys?.[at[1]] !== undefined ? at : null;
  };

  function choose(i, j) {
    state.cell = `${i},${j}`;
    remember(state);
    diagram.show({ chosen: chosen() });
  }

  /** The way from a cell to its curve. The other view has sizes of its own: all of this one's travel with the link. */
  function leave(begin, values) {
    const here = { keep: complement(state.prune), snr: state.snr, neurons: state.neurons, ...values };
    const sizes = ["samples", "dimension", "classes", "init_scale", "power", "rate", "steps"]
      .map((name) => [name, state[name] ?? begin.settings[name]]);
    const at = { prune: complement(here.keep), snr: here.snr, neurons: here.neurons, ...Object.fromEntries(sizes), key: state.key };
    return make("p", {}, make("a", { class: "button", href: address("threshold", at) }, "Take it to the threshold view"));
  }

  function links() {
    const figure = state.measure === "test_accuracy" ? FIGURES[`${state.x},${state.y}`] : null;
    const pictures = figure ? [["picture SVG", { format: "svg", figure }], ["PNG", { format: "png", figure }]] : [];
    files(by("phase-files"), question(axes.xs, axes.ys), [...pictures, ["rows CSV", { format: "csv" }], ["npz", { format: "npz" }], ["page that stays alive offline", { format: "html" }]]);
  }

  by("continue").addEventListener("click", ask);
  addEventListener("pagehide", () => stream.stop());
  show();
  ask();
}

/** Prune fractions of the slider, by ratios of what is kept. */
function fraction() {
  const kept = ratio(0.01, 1, 20);
  return {
    least: 0, most: kept.most,
    value: (position) => complement(kept.value(kept.most - position)),
    position: (prune) => kept.most - kept.position(Math.max(complement(prune), 1e-12)),
  };
}
