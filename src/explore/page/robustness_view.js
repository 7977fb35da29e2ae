// Robustness: the Lipschitz bracket of fitted networks against sqrt(nd/p), and the laws at one setting.

import { Chart, axes } from "./chart.js";
import { entry, group, number, select, slider } from "./controls.js";
import { complement, counts, pruning, ratio, short, whole } from "./numbers.js";
import { by, commandLine, files, make, over, recall, refuse, remember, status } from "./page.js";
import { Stream } from "./stream.js";

const SIM = "robustness_width_sweep";
const PAUSE = 80;

export function robustness(start) {
  const sim = start.sims.find((sim) => sim.id === SIM);
  const penalties = sim.fields.find((field) => field.name === "penalty").range.words;
  const initial = {
    view: "robustness", samples: 60, dimension: 10, neurons: 32, penalty: penalties[0], replicas: 3, steps: 800,
    prune: 0.9, share: 0, bits: 4, eps: 0.9, delta: 0.1, largest: 5, key: start.key,
  };
  const state = recall(initial);
  if (!penalties.includes(state.penalty)) state.penalty = initial.penalty;
  const stream = new Stream("robustness");
  const command = commandLine("command of the brackets");
  const chart = new Chart(by("robustness-bracket"), {
    title: "Lipschitz constant, certified from both sides", x: "√(nd/p)", y: "Lipschitz constant over ℝᵈ",
  });
  let rows = [];
  let column = null;
  let laws = null;
  let wanted = true;
  let timer = 0;

  const form = document.querySelector("form.controls");
  form.addEventListener("submit", (event) => event.preventDefault());
  const trained = (name, title, scale, help, letter) => slider(form, {
    name, title, scale, help, initial: () => initial[name], fields: [number(name, letter)],
    change: (value) => set({ [name]: value }, true), live: () => {},
  });
  const lawful = (host, name, title, scale, help, letter) => slider(host, {
    name, title, scale, help, initial: () => initial[name], fields: [number(name, letter)],
    change: (value) => set({ [name]: value }, false),
  });
  const controls = {
    share: lawful(form, "share", "What the mask knows", { least: 0, most: 100, value: (x) => x / 100, position: (x) => x * 100 },
      "I(mask; data) as a share of ln C(p, kept): 0 for a random mask, 1 for one that could not know more", "share"),
    prune: lawful(form, "prune", "Pruned fraction α", pruning(20), "at the same number of kept weights the slider above moves p_eff alone", "α"),
    samples: trained("samples", "Samples", counts(10, 400, 20), "training samples, labels ±1 at random", "n"),
    dimension: trained("dimension", "Dimension", counts(2, 100, 20), "x ~ N(0, I/d)", "d"),
    neurons: trained("neurons", "Largest width", counts(4, 256, 10), "widths from a quarter of it up are trained", "k"),
    penalty: select(form, {
      name: "penalty", title: "Trained on", options: penalties.map((word) => [word, word === "none" ? "the error alone" : `the error and a ${word} penalty`]),
      initial: state.penalty, change: (penalty) => set({ penalty }, true),
    }),
    replicas: trained("replicas", "Replicas", whole(1, 10), "networks per width", "R"),
  };
  const more = group(form, "More settings", false);
  controls.steps = slider(more, {
    name: "steps", title: "Most steps", scale: counts(100, 5000, 10), help: "of full-batch Adam", initial: () => initial.steps,
    fields: [number("steps", "T")], change: (steps) => set({ steps }, true), live: () => {},
  });
  controls.bits = lawful(more, "bits", "Bits of a weight", whole(1, 16), "b of quantised networks", "b");
  controls.eps = lawful(more, "eps", "Fit below noise", { least: 1, most: 100, value: (x) => x / 100, position: (x) => x * 100 }, "mean squared error at most 1 − ε", "ε");
  controls.delta = lawful(more, "delta", "Failure rate", ratio(1e-4, 0.5, 10), "δ of the statements with probability", "δ");
  controls.largest = lawful(more, "largest", "Largest weight", ratio(0.1, 100, 10), "box of the weights", "B");
  controls.key = entry(more, { name: "key", title: "Key", help: "another text, other draws", initial: state.key, change: (key) => set({ key }, true) });
  const show = () => Object.entries(controls).forEach(([name, control]) => control.set(state[name]));

  /** `again`: whether networks have to be trained anew. */
  function set(change, again) {
    Object.assign(state, change);
    show();
    remember(state);
    wanted ||= again;
    if (again) stream.stop();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  const widths = () => [...new Set([0.25, 0.5, 1].map((part) => Math.max(1, Math.round(part * state.neurons))))];
  const question = () => ({
    sim: SIM, samples: state.samples, dimension: state.dimension, neurons: widths().join(), penalty: state.penalty,
    steps: state.steps, replicas: state.replicas, ...(state.key === "0" ? {} : { key: state.key }),
  });

  async function ask() {
    refuse("");
    by("continue").hidden = true;
    try {
      const { samples, dimension, neurons, share, bits, eps, delta, largest } = state;
      const query = { samples, dimension, neurons, keep: complement(state.prune), share, bits, eps, delta, largest };
      const answer = await fetch(`api/bounds?${new URLSearchParams(query)}`);
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error);
      laws = found;
      tables();
      draw();
      if (!wanted) return;
      wanted = false;
      rows = [];
      files(by("robustness-files"), question(), [["rows CSV", { format: "csv" }], ["npz", { format: "npz" }]]);
      if (over(await stream.ask(question(), hear))) wanted = true;
    } catch (error) {
      status("");
      refuse(error.message);
    }
  }

  function hear(event, data) {
    if (event === "begin") {
      command(data.command);
      column = (name) => data.columns.findIndex((column) => column.name === name);
      status("training …");
    } else if (event === "rows") {
      rows.push(...data);
      draw();
    } else if (event === "progress") by("robustness-progress").value = data.total ? data.done / data.total : 1;
    else if (event === "failed") refuse(data.error);
    else if (event === "done") status(data.computed ? `${data.computed} networks trained` : "all rows were stored already");
  }

  function draw() {
    const at = (row, name) => row[column(name)];
    const brackets = column ? rows.map((row) => ({
      x: at(row, "law"), low: at(row, "lip_lower"), high: at(row, "lip_upper"), path: at(row, "path_norm"), floor: at(row, "floor"),
      error: at(row, "train_loss"), k: at(row, "neurons"), replica: at(row, "replica"),
    })) : [];
    const xs = brackets.map((one) => one.x);
    const ys = brackets.flatMap((one) => [one.low, one.high, one.floor]).filter((y) => y > 0);
    const sharp = laws?.bounds.filter((bound) => bound.version.startsWith("sharp")) ?? [];
    const [least, most] = [Math.min(0.5, ...xs) * 0.8, Math.max(2, ...xs) * 1.25];
    const y = axes.log(Math.min(0.3, ...ys) * 0.8, Math.max(10, ...ys) * 1.3);
    const lines = [{ class: "law", at: [[least, least], [most, most]] }];
    const points = brackets.map((one) => ({
      class: "whole", x: one.x, y: one.low,
      title: `k = ${one.k}, replica ${one.replica}: ${short(one.low)} to ${short(one.high)}, mean squared error ${short(one.error)}, floor ${short(one.floor)}, path norm ${short(one.path)}`,
    }));
    const bars = brackets.map((one) => ({ class: "bracket", x: one.x, low: one.low, high: one.high }));
    const floor = brackets.length ? Math.min(...brackets.map((one) => one.floor)) : null;
    chart.draw({
      x: axes.log(least, most), y, lines, points, spans: bars,
      horizontals: floor ? [{ class: "chance", y: floor, name: "least floor 2 / nearest opposite labels" }] : [],
      summary: `${brackets.length} networks; ${sharp.length} sharp bounds`,
    });
  }

  function tables() {
    const table = (head, lines) => make("table", {}, make("thead", {}, make("tr", {}, ...head.map((name) => make("th", {}, name)))),
      make("tbody", {}, ...lines.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, String(cell)))))));
    const { parameters, kept, information, entropy } = laws;
    by("robustness-says").textContent = `p = ${parameters} parameters, ${kept} kept; the mask knows ${short(information)} nats `
      + `(${short(information / Math.LN2)} bits) of at most ${short(entropy)}.`;
    by("robustness-counts").replaceChildren(table(["p_eff", "nats", "bits"],
      laws.p_eff.map(({ name, nats, bits }) => [name, short(nats, 4), short(bits, 4)])));
    by("robustness-laws").replaceChildren(table(["Lipschitz constant at least", "version", "value", "says something?"],
      laws.bounds.map(({ name, version, value, factor, vacuous }) =>
        [name, version, short(value, 3), vacuous ? `vacuous, by a factor ${short(factor, 3)}` : `yes, ${short(1 / factor, 3)} times what is free`])));
  }

  by("continue").addEventListener("click", () => { wanted = true; ask(); });
  addEventListener("pagehide", () => stream.stop());
  show();
  ask();
}
