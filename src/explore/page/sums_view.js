// Subset sums: one sample on the line, and how often samples reach all targets.

import { element } from "./chart.js";
import { entry, number, select, slider } from "./controls.js";
import { Heat } from "./map.js";
import { ratio, short, whole } from "./numbers.js";
import { by, commandLine, files, over, recall, refuse, remember, status } from "./page.js";
import { Stream } from "./stream.js";

const SIM = "covering_radius";
/** The diagram's axes: numbers, and bits of accuracy. */
const NUMBERS = Array.from({ length: 17 }, (_, i) => i + 2);
const BITS = Array.from({ length: 14 }, (_, i) => i + 1);
const PAUSE = 60;

export function sums(start) {
  const sim = start.sims.find((sim) => sim.id === SIM);
  const laws = sim.fields.find((field) => field.name === "law").range.words;
  const initial = { view: "sums", law: "uniform", samples: 8, bits: 4, half_width: 1, replica: 0, replicas: 200, constant: 3, key: start.key };
  const state = recall(initial);
  if (!laws.includes(state.law)) state.law = initial.law;
  const stream = new Stream("sums");
  const command = commandLine("command of the diagram");
  const line = new Line(by("sums-line"));
  const heat = new Heat(by("sums-map"), {
    ramp: start.ramp, choose: (i, j) => set({ samples: NUMBERS[i], bits: BITS[j] }, false),
  });
  /** n -> radii of the replicas. */
  let radii = new Map();
  let column = null;
  let sample = null;

  const form = document.querySelector("form.controls");
  form.addEventListener("submit", (event) => event.preventDefault());
  const controls = {
    law: select(form, {
      name: "law", title: "Law of the numbers", options: laws.map((word) => [word, word.replaceAll("-", " ")]),
      initial: state.law, change: (law) => set({ law }, true),
    }),
    samples: slider(form, {
      name: "samples", title: "Numbers n", initial: () => initial.samples, scale: whole(1, 14), help: "2ⁿ subset sums; 1 to 14 on the line",
      fields: [number("samples", "n")], change: (samples) => set({ samples }, false),
    }),
    bits: slider(form, {
      name: "bits", title: "Accuracy ε", initial: () => initial.bits, scale: { least: 0, most: 140, value: (x) => x / 10, position: (x) => x * 10 },
      help: "a target is hit if a sum lies within ε of it",
      fields: [number("bits", "log₂(1/ε)"), { name: "eps", label: "ε", read: (eps) => -Math.log2(eps), write: (bits) => short(2 ** -bits, 4) }],
      change: (bits) => set({ bits }, false),
    }),
    replica: slider(form, {
      name: "replica", title: "Sample", initial: () => initial.replica, scale: whole(0, 50), help: "replica of the law; the same numbers as in tables",
      fields: [number("replica", "r")], change: (replica) => set({ replica }, false),
    }),
    half_width: slider(form, {
      name: "half_width", title: "Targets", initial: () => initial.half_width, scale: ratio(0.1, 4, 20), help: "all numbers from −h to h",
      fields: [number("half_width", "h")], change: (half_width) => set({ half_width }, true), live: () => {},
    }),
    constant: slider(form, {
      name: "constant", title: "Constant of the theorem", initial: () => initial.constant, scale: { least: 5, most: 60, value: (x) => x / 10, position: (x) => x * 10 },
      help: "C of n = C log₂(2/ε), hidden in the papers: set it by hand", fields: [number("constant", "C")],
      change: (constant) => set({ constant }, false),
    }),
    replicas: slider(form, {
      name: "replicas", title: "Samples of the diagram", initial: () => initial.replicas, scale: ratio(20, 2000, 10), help: "independent samples per n",
      fields: [number("replicas", "R")], change: (replicas) => set({ replicas: Math.round(replicas) }, true), live: () => {},
    }),
    key: entry(form, { name: "key", title: "Key", help: "another text, other draws", initial: state.key, change: (key) => set({ key }, true) }),
  };
  const show = () => Object.entries(controls).forEach(([name, control]) => control.set(state[name]));

  let timer = 0;
  let wanted = true;
  /** `diagram`: whether the diagram belongs to other settings now. */
  function set(change, diagram) {
    Object.assign(state, change);
    show();
    remember(state);
    draw();
    wanted ||= diagram;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  const own = () => (state.key === "0" ? {} : { key: state.key });
  const question = () => ({
    sim: SIM, samples: NUMBERS.join(), law: state.law, half_width: state.half_width, replicas: state.replicas, ...own(),
  });

  async function ask() {
    refuse("");
    try {
      const { law, samples, half_width, replica, constant, key } = state;
      const query = new URLSearchParams({ law, samples: Math.min(samples, 14), half_width, replica, constant, key });
      const answer = await fetch(`api/sums?${query}`);
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error);
      sample = found;
      draw();
      if (!wanted) return;
      wanted = false;
      radii = new Map();
      files(by("sums-files"), question(), [["rows CSV", { format: "csv" }], ["npz", { format: "npz" }]]);
      const last = await stream.ask(question(), hear);
      if (over(last)) wanted = true;
    } catch (error) {
      status("");
      refuse(error.message);
    }
  }

  function hear(event, data) {
    if (event === "begin") {
      command(data.command);
      column = (name) => data.columns.findIndex((column) => column.name === name);
      status("drawing samples …");
    } else if (event === "rows") {
      for (const row of data) {
        const n = row[column("samples")];
        if (!radii.has(n)) radii.set(n, []);
        radii.get(n).push(row[column("radius")]);
      }
      draw();
    } else if (event === "progress") by("sums-progress").value = data.total ? data.done / data.total : 1;
    else if (event === "failed") refuse(data.error);
    else if (event === "done") status(data.computed ? `${data.computed} samples solved` : "all rows were stored already");
  }

  function draw() {
    const eps = 2 ** -state.bits;
    if (sample) line.draw(sample, eps, state.half_width);
    by("sums-says").textContent = sample ? says(sample, eps) : "";
    const at = (i, j) => {
      const found = radii.get(NUMBERS[i]);
      if (!found) return null;
      const reached = found.filter((radius) => radius <= 2 ** -BITS[j]).length;
      return { value: reached / found.length, title: `n = ${NUMBERS[i]}, ε = 2^−${BITS[j]}: ${reached} of ${found.length} samples reach all targets` };
    };
    const lines = (sample?.lines ?? []).map(({ name, at }) => ({ class: "derived", name, at: at.map(([n, eps]) => [n, -Math.log2(eps)]) }));
    const place = [NUMBERS.indexOf(state.samples), BITS.indexOf(Math.round(state.bits))];
    heat.draw({
      title: "share of samples that reach every target", xs: NUMBERS, ys: BITS, xLabel: "numbers n", yLabel: "accuracy log₂(1/ε) (bits)",
      at, shade: { low: 0, high: 1, label: "share of samples" }, level: 0.5, lines: state.half_width === 1 && state.law === "uniform" ? lines : [],
      chosen: place.every((i) => i >= 0) ? place : null, linear: true, summary: `${radii.size} of ${NUMBERS.length} values of n are there.`,
    });
    by("sums-lines").textContent = state.half_width === 1 && state.law === "uniform"
      ? (sample?.lines ?? []).map(({ name, formula, provenance }) => `${name}: ${formula} (${provenance})`).join("; ")
      : "The laws are known for uniform numbers and targets from −1 to 1.";
  }

  function says({ radius, range_gap: range, sums }, eps) {
    const hit = radius <= eps ? "every target is within ε of a sum" : "some target is farther than ε from every sum";
    const why = radius <= eps ? "" : range > eps ? "; an end is out of range" : "; the range is reached, the precision is not";
    return `${sums.length} sums; covering radius ${short(radius, 4)}, ε ${short(eps, 4)}: ${hit}${why}.`;
  }

  by("continue").addEventListener("click", () => { wanted = true; ask(); });
  addEventListener("pagehide", () => stream.stop());
  show();
  ask();
}

/** The line of targets: what is within eps of a sum, the sums, and the numbers. */
class Line {
  constructor(host) {
    this.svg = element("svg", { role: "img", "aria-label": "nothing drawn yet" });
    this.svg.classList.add("line-of-sums");
    host.append(this.svg);
    new ResizeObserver(() => this.scene && this.draw(...this.scene)).observe(host);
  }

  draw(sample, eps, half) {
    this.scene = [sample, eps, half];
    const [width, height, pad] = [this.svg.clientWidth, this.svg.clientHeight, 30];
    if (width < 100) return;
    const reach = 1.25 * half;
    const px = (x) => pad + ((x + reach) / (2 * reach)) * (width - 2 * pad);
    const [top, low] = [34, height - 44];
    const parts = [element("rect", { x: px(-half), y: top, width: px(half) - px(-half), height: low - top, class: "missed" })];
    const within = sample.sums.filter((sum) => Math.abs(sum) <= reach + eps);
    // Intervals that touch are one.
    let [from, to] = [NaN, NaN];
    const close = () => {
      const [a, b] = [Math.max(from, -half), Math.min(to, half)];
      if (b > a) parts.push(element("rect", { x: px(a), y: top, width: Math.max(px(b) - px(a), 0.5), height: low - top, class: "covered" }));
    };
    for (const sum of within) {
      if (!(sum - eps <= to)) {
        close();
        from = sum - eps;
      }
      to = sum + eps;
    }
    close();
    const opacity = Math.max(0.08, Math.min(1, 120 / within.length));
    const d = within.filter((sum) => Math.abs(sum) <= reach).map((sum) => `M${px(sum).toFixed(1)},${top + 6}V${low - 6}`).join("");
    parts.push(element("path", { d, class: "sum", "stroke-opacity": opacity }));
    for (const x of sample.numbers.filter((x) => Math.abs(x) <= reach)) {
      parts.push(element("path", { d: `M${px(x).toFixed(1)},${top - 4}l-5,-9h10z`, class: "number" }));
    }
    for (const x of [-half, -half / 2, 0, half / 2, half]) {
      parts.push(element("path", { d: `M${px(x)},${low}v5`, class: "frame" }));
      parts.push(element("text", { x: px(x), y: low + 19, class: "tick", "text-anchor": "middle" }, short(x)));
    }
    parts.push(element("text", { x: width / 2, y: height - 6, class: "label", "text-anchor": "middle" }, "target z"));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("aria-label", `Line of targets from ${-half} to ${half} with ${sample.sums.length} subset sums; covering radius ${short(sample.radius)}.`);
    this.svg.replaceChildren(...parts);
  }
}
