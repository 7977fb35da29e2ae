// The phase diagram: two axes and a measure; cells fill coarse to fine, and a click shows the replicas of one.

import { choice, entry, group, number, select, size, slider } from "./controls.js";
import { Heat } from "./map.js";
import { complement, counts, ratio, short, spread, whole } from "./numbers.js";
import { address, by, commandLine, files, make, over, recall, refuse, remember, status } from "./page.js";
import { Stream } from "./stream.js";

const GRID = "pruning_phase_grid";
/** Axis -> title, label with unit, ends, whether values are whole, and the field of the rows. */
const AXES = {
  keep: { title: "keep fraction p", label: "keep fraction p", ends: [0.02, 1], field: "keep" },
  snr: { title: "signal-to-noise ratio", label: "SNR = μ / (σₙ √d)", ends: [0.15, 0.6], field: "noise" },
  neurons: { title: "width", label: "neurons per class head m", ends: [4, 200], whole: true, field: "neurons" },
};
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
const PAUSE = 120;

export function phase(start) {
  const sim = start.sims.find((sim) => sim.id === GRID);
  const measures = sim.columns.filter((column) => column.kind === "real").map(({ name, unit, meaning }) => [name, `${name.replaceAll("_", " ")} (${unit})`, meaning]);
  const initial = {
    view: "phase", x: "keep", y: "snr", measure: "test_accuracy", cells: 12, replicas: 4, prune: 0.7, snr: 0.3, neurons: 60,
    x_from: null, x_to: null, y_from: null, y_to: null, effort: "normal", key: start.key, cell: null,
  };
  for (const { name } of SIZES) initial[name] = null;
  const state = recall(initial);
  if (!AXES[state.x]) state.x = initial.x;
  if (!AXES[state.y] || state.y === state.x) state.y = Object.keys(AXES).find((axis) => axis !== state.x);
  if (!measures.some(([name]) => name === state.measure)) state.measure = initial.measure;
  const preset = (name) => sim.presets[state.effort]?.[name]?.[0] ?? sim.presets.normal[name]?.[0];

  const heat = new Heat(by("phase-map"), { ramp: start.ramp, choose, hover: (cell) => { under = cell; } });
  const stream = new Stream("phase");
  const command = commandLine("command of the diagram");
  /** "i,j" -> cell summary, and its rows. */
  let cells = new Map();
  let rows = new Map();
  let begin = null;
  let under = null;
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
      change: (measure) => { Object.assign(state, { measure }); remember(state); draw(); links(); },
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
  const more = group(form, "More settings", SIZES.some(({ name }) => state[name] !== null));
  for (const end of ENDS) {
    const [axis, side] = end.split("_");
    controls[end] = entry(more, {
      name: end, title: `${axis === "x" ? "Across" : "Up"} ${side}`, help: "empty for the usual end", initial: "",
      change: (text) => set({ [end]: text.trim() === "" ? null : Number(text), cell: null }),
    });
  }
  for (const { name, title, letter, scale, help } of SIZES) {
    controls[name] = slider(more, {
      name, title, scale, help, initial: () => preset(name), fields: [number(name, letter)],
      change: (value) => set({ [name]: value === preset(name) ? null : value }), live: () => {},
    });
  }
  controls.effort = choice(more, {
    name: "effort", title: "Size", initial: state.effort,
    options: [{ word: "normal", label: "Setting B", help: describe("normal") }, { word: "smoke", label: "Small", help: describe("smoke") }],
    change: (effort) => set({ effort, ...Object.fromEntries(SIZES.map(({ name }) => [name, null])) }),
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
      [cells, rows] = [new Map(), new Map()];
      draw();
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
    const at = under ?? chosen();
    if (!at) return {};
    const x = axes.xs[at[0]];
    return x === undefined || state.x === "snr" ? {} : { near: `${AXES[state.x].field}=${x}` };
  }

  function hear(event, data) {
    if (event === "begin") begin = data;
    else if (event === "rows") {
      for (const row of data) {
        const at = index(row);
        if (!at) continue;
        if (!rows.has(at)) rows.set(at, new Map());
        rows.get(at).set(row[column("replica")], row);
      }
    } else if (event === "cells") for (const cell of data) keep(cell);
    else if (event === "progress") by("phase-progress").value = data.total ? data.done / data.total : 1;
    else if (event === "failed") refuse(data.error);
    else return;
    const total = axes.xs.length * axes.ys.length;
    status(`${cells.size} of ${total} cells`);
    draw();
  }

  function keep(cell) {
    const at = index(cell.axes);
    if (at) cells.set(at, cell);
  }

  /** "i,j" of a row, by the values of its axes. */
  function index(row) {
    const close = (list, x) => list.findIndex((value) => Math.abs(value / x - 1) < 1e-6);
    const on = (axis) => {
      const value = row[column(AXES[axis].field)];
      return axis === "snr" ? begin.settings.signal / (value * Math.sqrt(begin.settings.dimension)) : value;
    };
    const [i, j] = [close(axes.xs, on(state.x)), close(axes.ys, on(state.y))];
    return i < 0 || j < 0 ? null : `${i},${j}`;
  }

  const column = (name) => begin?.columns.findIndex((column) => column.name === name) ?? -1;
  const chosen = () => {
    const at = String(state.cell ?? "").split(",").map(Number);
    return at.length === 2 && axes.xs?.[at[0]] !== undefined && axes.ys?.[at[1]] !== undefined ? at : null;
  };

  function choose(i, j) {
    state.cell = `${i},${j}`;
    remember(state);
    draw();
  }

  function draw() {
    if (!axes.xs) return;
    const unit = measures.find(([name]) => name === state.measure)[1];
    const found = (i, j) => {
      const cell = cells.get(`${i},${j}`);
      if (!cell || !cell[state.measure]) return null;
      const [value, low, high, count] = cell[state.measure];
      const spread = low === null ? "" : ` [${short(low)}, ${short(high)}]`;
      const place = `${AXES[state.x].title} ${axes.xs[i]}, ${AXES[state.y].title} ${axes.ys[j]}`;
      return { value, title: `${place}: ${unit} ${short(value, 4)}${spread}, ${count} of ${cell.replicas} replicas` };
    };
    const all = [...cells.values()].map((cell) => cell[state.measure]?.[0]).filter((x) => x != null);
    const fraction = state.measure.endsWith("accuracy");
    const [low, high] = fraction ? [0, 1] : [Math.min(...all, 0), Math.max(...all, 1e-9)];
    const classes = begin?.settings.classes;
    const level = state.measure === "test_accuracy" && classes ? 0.5 * (1 + 1 / classes) : null;
    by("phase-level").textContent = level ? `mean accuracy ${short(level)}, half way from chance to 1` : "contour: of the test accuracy only";
    heat.draw({
      title: `${unit}`, xs: axes.xs, ys: axes.ys, xLabel: AXES[state.x].label, yLabel: AXES[state.y].label,
      at: found, shade: { low, high, label: unit }, level, chosen: chosen(), lines: lines(),
      summary: `${cells.size} of ${axes.xs.length * axes.ys.length} cells are there.`,
    });
    panel(chosen(), unit);
  }

  /** Derived boundaries in the keep fraction, where it is one of the two axes. */
  function lines() {
    if (!begin || state.x !== "keep" && state.y !== "keep") return [];
    const across = state.x === "keep" ? state.y : state.x;
    const marks = begin.marks.filter((mark) => mark.along?.axis === AXES[across].field || !mark.along);
    by("phase-marks").textContent = marks.length
      ? `Derived here, not in the paper: ${marks.map(({ name, formula }) => `${name} p = ${formula}`).join("; ")}.` : "";
    return marks.filter((mark) => mark.along).map(({ name, along }) => {
      const own = (value) => (across === "snr" ? begin.settings.signal / (value * Math.sqrt(begin.settings.dimension)) : value);
      const at = along.at.map(([value, keep]) => (state.x === "keep" ? [keep, own(value)] : [own(value), keep]));
      return { class: "derived", name, at };
    });
  }

  function panel(at, unit) {
    const host = by("phase-cell");
    if (!at) return host.replaceChildren(make("p", { class: "small" }, "Click a cell to see its replicas."));
    const [x, y] = [axes.xs[at[0]], axes.ys[at[1]]];
    const key = at.join();
    const cell = cells.get(key);
    const heading = make("h3", {}, `${AXES[state.x].title} ${x}, ${AXES[state.y].title} ${y}`);
    if (!cell) return host.replaceChildren(heading, make("p", { class: "small" }, "not computed yet"));
    const [value, low, high] = cell[state.measure];
    const mean = make("p", {}, `${unit}: ${short(value, 4)}`, low === null ? "" : `, 95 % interval ${short(low, 3)} to ${short(high, 3)}`);
    const shown = ["replica", "outcome", "steps", "train_accuracy", "test_accuracy"];
    const line = (row) => make("tr", {}, ...shown.map((name) => {
      const value = row[column(name)];
      return make("td", {}, typeof value === "number" ? short(value, 4) : String(value ?? "–"));
    }));
    const sorted = [...(rows.get(key)?.entries() ?? [])].sort(([a], [b]) => a - b).map(([, row]) => row);
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...shown.map((name) => make("th", {}, name.replace("_", " "))))),
      make("tbody", {}, ...sorted.map(line)));
    const here = { keep: complement(state.prune), snr: state.snr, neurons: state.neurons, [state.x]: x, [state.y]: y };
    // The other view has sizes of its own: all of this one's travel with the link.
    const sizes = Object.fromEntries(["samples", "dimension", "classes", "init_scale", "power", "rate", "steps"]
      .map((name) => [name, state[name] ?? begin.settings[name]]));
    const link = make("a", {
      class: "button", href: address("threshold", { prune: complement(here.keep), snr: here.snr, neurons: here.neurons, ...sizes, key: state.key }),
    }, "Take it to the threshold view");
    host.replaceChildren(heading, mean, make("div", { class: "scroll" }, table), make("p", {}, link));
  }

  function links() {
    const figure = state.measure === "test_accuracy" ? FIGURES[`${state.x},${state.y}`] : null;
    const pictures = figure ? [["picture SVG", { format: "svg", figure }], ["PNG", { format: "png", figure }]] : [];
    files(by("phase-files"), question(axes.xs, axes.ys), [...pictures, ["rows CSV", { format: "csv" }], ["npz", { format: "npz" }]]);
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
