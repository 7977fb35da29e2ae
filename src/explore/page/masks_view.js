// Masks: one small network under one pruning rule, its live edges, widths and scores.

import { Chart, axes, element } from "./chart.js";
import { choice, entry, number, select, slider } from "./controls.js";
import { complement, counts, ratio, short, whole } from "./numbers.js";
import { by, make, recall, refuse, remember } from "./page.js";

const RULES = [
  ["random", "random"], ["magnitude", "magnitude at initialization"], ["snip", "SNIP"], ["grasp", "GraSP"], ["synflow", "SynFlow"],
  ["synflow-l2", "SynFlow-L2, as its authors implemented it"], ["phew", "PHEW: walks biased by |w|"],
];
const SCOPES = [
  { word: "global", label: "Global", help: "all layers ranked together" },
  { word: "layer", label: "Layer by layer", help: "the same fraction in each: no layer can empty" },
];
const PAUSE = 40;

export function masks(start) {
  const initial = {
    view: "masks", rule: "synflow", prune: 0.8, widths: "12,16,10,4", scope: "global", rounds: null, temperature: 200, samples: 40, key: start.key,
  };
  const state = recall(initial);
  const usual = () => (state.rule.startsWith("synflow") ? 100 : 1);
  let seen = null;
  let timer = 0;

  const net = element("svg", { role: "img", "aria-label": "nothing drawn yet" });
  net.classList.add("net");
  by("masks-net").append(net);
  new ResizeObserver(() => draw()).observe(by("masks-net"));
  const scores = new Chart(by("masks-scores"), { title: "Score of every weight", x: "layer", y: "|score| / largest" });

  const form = document.querySelector("form.controls");
  form.addEventListener("submit", (event) => event.preventDefault());
  const kept = ratio(0.01, 1, 40);
  const fraction = {
    least: 0, most: kept.most, value: (at) => complement(kept.value(kept.most - at)),
    position: (prune) => kept.most - kept.position(Math.max(complement(prune), 1e-12)),
  };
  const plain = (name, title, scale, help, letter) => slider(form, {
    name, title, scale, help, initial: () => initial[name] ?? usual(), fields: [number(name, letter)], change: (value) => set({ [name]: value }),
  });
  const controls = {
    rule: select(form, { name: "rule", title: "Pruning rule", options: RULES, initial: state.rule, change: (rule) => set({ rule, rounds: null }) }),
    prune: slider(form, {
      name: "prune", title: "Pruned fraction α", initial: () => initial.prune, scale: fraction, help: "of all weights",
      fields: [number("prune", "α"), { name: "keep", label: "keep p", read: complement, write: (x) => String(complement(x)) }],
      change: (prune) => set({ prune }),
    }),
    scope: choice(form, { name: "scope", title: "Ranked", options: SCOPES, initial: state.scope, change: (scope) => set({ scope }) }),
    widths: entry(form, { name: "widths", title: "Widths", help: "inputs, hidden layers, outputs: 2 to 7 numbers up to 24", initial: state.widths, change: (widths) => set({ widths }) }),
    rounds: plain("rounds", "Rounds", counts(1, 200, 20), "scores are taken anew before each; SynFlow needs many", "rounds"),
    temperature: plain("temperature", "Temperature", ratio(1, 1000, 10), "GraSP: what the outputs are divided by", "T"),
    samples: plain("samples", "Samples", whole(1, 200), "pruning batch of SNIP and GraSP", "n"),
    key: entry(form, { name: "key", title: "Key", help: "another text, another network", initial: state.key, change: (key) => set({ key }) }),
  };
  const applies = { temperature: () => state.rule === "grasp", samples: () => ["snip", "grasp"].includes(state.rule), rounds: () => !["random", "phew"].includes(state.rule) };

  const control = (name) => by(name).closest(".control");

  function show() {
    for (const [name, control] of Object.entries(controls)) control.set(state[name] ?? usual());
    for (const [name, when] of Object.entries(applies)) control(name).hidden = !when();
    // Walks keep complete paths, ranked by nothing.
    by("scope-global").closest(".control").hidden = state.rule === "phew";
  }

  function set(change) {
    Object.assign(state, change);
    show();
    remember(state);
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  async function ask() {
    try {
      const { rule, widths, scope, temperature, samples, key } = state;
      const query = { rule, widths, scope, temperature, samples, key, keep: complement(state.prune), rounds: state.rounds ?? usual() };
      const answer = await fetch(`api/mask?${new URLSearchParams(query)}`);
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error);
      refuse("");
      seen = found;
      draw();
      tell();
    } catch (error) {
      refuse(error.message);
    }
  }

  function draw() {
    const [width, height] = [net.clientWidth, net.clientHeight];
    if (!seen || width < 100) return;
    const { layers, widths } = seen;
    const x = (at) => 40 + (at / (widths.length - 1)) * (width - 80);
    const y = (at, unit) => 26 + ((unit + 0.5) / widths[at]) * (height - 44);
    const touched = widths.map((count) => new Array(count).fill(false));
    const edges = [];
    layers.forEach(({ weights, kept, live }, at) => {
      const largest = Math.max(...weights.map(Math.abs));
      weights.forEach((weight, edge) => {
        if (!kept[edge]) return;
        const [from, to] = [edge % widths[at], Math.floor(edge / widths[at])];
        if (live[edge]) touched[at][from] = touched[at + 1][to] = true;
        const line = element("line", {
          x1: x(at), x2: x(at + 1), y1: y(at, from).toFixed(1), y2: y(at + 1, to).toFixed(1),
          class: `edge ${live[edge] ? "live" : "dead"}`, "stroke-width": (0.6 + 2.4 * (Math.abs(weight) / largest)).toFixed(2),
        });
        line.append(element("title", {}, `layer ${at + 1}, unit ${from} to ${to}: weight ${short(weight)}${live[edge] ? "" : ", dead"}`));
        edges.push(line);
      });
    });
    const units = widths.flatMap((count, at) => Array.from({ length: count }, (_, unit) =>
      element("circle", { cx: x(at), cy: y(at, unit).toFixed(1), r: 5, class: touched[at][unit] ? "unit" : "unit off" })));
    const names = widths.map((count, at) => element("text", { x: x(at), y: 14, class: "tick", "text-anchor": "middle" }, `${seen.active[at]} of ${count}`));
    net.setAttribute("viewBox", `0 0 ${width} ${height}`);
    net.setAttribute("aria-label", `A network of widths ${widths.join(", ")}; active units per layer ${seen.active.join(", ")}.`);
    net.replaceChildren(...edges, ...units, ...names);
    points();
  }

  /** One column of points per layer, kept ones filled. */
  function points() {
    const { layers } = seen;
    const all = layers.flatMap(({ scores }) => scores ?? []).map(Math.abs);
    const largest = Math.max(...all, 0);
    const y = axes.log(1e-6, 2);
    const dots = layers.flatMap(({ scores, kept }, at) => (scores ?? []).map((score, edge) => ({
      class: kept[edge] ? "whole" : "train", x: at + 1, y: Math.max(Math.abs(score) / (largest || 1), 1e-6),
      shift: 26 * (((edge * 0.618) % 1) - 0.5), title: `weight ${edge} of layer ${at + 1}: score ${short(score, 4)}, ${kept[edge] ? "kept" : "pruned"}`,
    })));
    scores.draw({
      x: { ...axes.linear(0.5, layers.length + 0.5), ticks: () => layers.map((_, at) => at + 1) }, y, points: dots,
      summary: layers[0].scores ? `${dots.length} scores` : "this rule has no scores",
    });
  }

  function tell() {
    const { kept, live, weights, active } = seen;
    const sum = (list) => list.reduce((a, b) => a + b, 0);
    const empty = kept.map((count, at) => (count === 0 ? at + 1 : 0)).filter(Boolean);
    const collapse = empty.length ? ` Layer ${empty.join(", ")} is empty: the network has collapsed, and computes 0.`
      : sum(live) === 0 ? " No path is left: the network computes 0." : "";
    by("masks-says").textContent = `${sum(kept)} of ${sum(weights)} weights kept, ${sum(live)} of them live `
      + `(effective keep fraction ${short(sum(live) / sum(weights))}).${collapse}`;
    const head = ["layer", "weights", "kept", "live", "units above in use"];
    by("masks-layers").replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, ...head.map((name) => make("th", {}, name)))),
      make("tbody", {}, ...weights.map((count, at) => make("tr", {}, ...[at + 1, count, kept[at], live[at], `${active[at + 1]} of ${seen.widths[at + 1]}`]
        .map((cell) => make("td", {}, String(cell))))))));
  }

  show();
  ask();
}
