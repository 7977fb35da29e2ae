// Charts: axes with units and ticks, lines, points, intervals, vertical and horizontal rules, as SVG.
//
// Looks stand in style.css, by class; this file knows places only.

import { short } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { top: 26, right: 26, bottom: 44, left: 58 };

/** An axis: `at` places a value in [0, 1], `back` undoes it, `ticks` gives values. */
export const axes = {
  linear: (low, high) => ({
    at: (x) => (x - low) / (high - low),
    back: (t) => low + t * (high - low),
    ticks: (room) => linearTicks(low, high, room),
  }),
  log: (low, high) => ({
    // An interval of a positive mean may reach below zero: to the foot of the axis, and beyond.
    at: (x) => Math.log(Math.max(x, 1e-300) / low) / Math.log(high / low),
    back: (t) => low * (high / low) ** t,
    ticks: (room) => decades(low, high, room),
  }),
  /** Steps from 0: log(1 + step). */
  steps: (high) => ({
    at: (x) => Math.log1p(x) / Math.log1p(high),
    back: (t) => Math.expm1(t * Math.log1p(high)),
    ticks: (room) => [0, ...decades(1, high, room)],
  }),
  /** Prune fractions by ratios of what is kept. */
  prune: (most) => {
    const end = Math.log(1 - most);
    return {
      at: (x) => Math.log(Math.max(1 - x, 1e-300)) / end,
      back: (t) => 1 - Math.exp(t * end),
      // The most telling first: the others are labelled where there is room.
      ticks: () => [0, 0.9, 0.99, 0.999, 0.9999, 0.5, 0.8, 0.95, 0.98, 0.995, 0.998],
    };
  },
};

function linearTicks(low, high, room) {
  const rough = (high - low) / Math.max(room, 2);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

function decades(low, high, room) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(room, 2)));
  const fine = last - first < 2 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let e = first - 1; e <= last; e += every) for (const m of fine) ticks.push(m * 10 ** e);
  return ticks.filter((x) => x >= low * 0.999 && x <= high * 1.001);
}

export const element = (name, attributes, text) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
};

const near = (x) => x.toFixed(1);

export class Chart {
  #scene = null;
  #asked = false;

  /** In `host`; `pick(x)` is called with the x that is clicked or dragged over. */
  constructor(host, { title, x, y, pick }) {
    Object.assign(this, { host, title, xLabel: x, yLabel: y });
    this.svg = element("svg", { role: "img", "aria-label": "nothing drawn yet" });
    host.append(this.svg);
    new ResizeObserver(() => this.#soon()).observe(host);
    if (pick) this.#picks(pick);
  }

  /**
   * `{x, y, lines: [{class, at: [[x, y]]}], points: [{class, x, y, shift, title}], bars: [{class, x, low, y, high}],
   *   spans: [{class, x, low, high}],
   *   verticals: [{class, x, name}], horizontals: [{class, y, name}], summary}`; x and y are axes.
   */
  draw(scene) {
    this.#scene = scene;
    this.#soon();
  }

  #soon() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      if (this.#scene) this.#paint(this.#scene);
    });
  }

  #picks(pick) {
    this.svg.classList.add("picks");
    const at = (event) => {
      const { left } = this.svg.getBoundingClientRect();
      const t = (event.clientX - left - MARGIN.left) / (this.svg.clientWidth - MARGIN.left - MARGIN.right);
      if (this.#scene) pick(this.#scene.x.back(Math.min(Math.max(t, 0), 1)), event.type === "pointerup");
    };
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.svg.setPointerCapture(event.pointerId);
      at(event);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (this.svg.hasPointerCapture(event.pointerId)) at(event);
    });
    this.svg.addEventListener("pointerup", (event) => {
      if (this.svg.hasPointerCapture(event.pointerId)) at(event);
    });
  }

  #paint(scene) {
    const width = this.svg.clientWidth;
    const height = this.svg.clientHeight;
    if (width < 80 || height < 80) return;
    const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
    const px = (x) => MARGIN.left + scene.x.at(x) * inner.width;
    const py = (y) => MARGIN.top + (1 - scene.y.at(y)) * inner.height;
    const clampedY = (y) => Math.min(Math.max(py(y), MARGIN.top), MARGIN.top + inner.height);
    const inside = (x) => scene.x.at(x) >= -1e-9 && scene.x.at(x) <= 1 + 1e-9;
    const [bottom, right] = [MARGIN.top + inner.height, MARGIN.left + inner.width];
    const parts = [element("text", { x: MARGIN.left, y: 16, class: "chart-title" }, this.title)];

    const labelled = [];
    for (const tick of scene.x.ticks(inner.width / 56)) {
      const x = px(tick);
      const text = short(tick, 5);
      parts.push(element("line", { x1: near(x), x2: near(x), y1: MARGIN.top, y2: bottom, class: "grid" }));
      // A label that would touch another is left out; its grid line stays.
      const half = 4 * text.length + 3;
      if (labelled.some((other) => Math.abs(other.x - x) < other.half + half)) continue;
      parts.push(element("text", { x: near(x), y: bottom + 17, class: "tick", "text-anchor": "middle" }, text));
      labelled.push({ x, half });
    }
    for (const tick of scene.y.ticks(inner.height / 44)) {
      const y = near(py(tick));
      parts.push(element("line", { x1: MARGIN.left, x2: right, y1: y, y2: y, class: "grid" }));
      parts.push(element("text", { x: MARGIN.left - 7, y, dy: "0.35em", class: "tick", "text-anchor": "end" }, short(tick)));
    }
    parts.push(element("path", { d: `M${MARGIN.left},${MARGIN.top}V${bottom}H${right}`, class: "frame" }));
    parts.push(element("text", {
      x: MARGIN.left + inner.width / 2, y: height - 8, class: "label", "text-anchor": "middle",
    }, this.xLabel));
    parts.push(element("text", {
      transform: `translate(13 ${MARGIN.top + inner.height / 2}) rotate(-90)`, class: "label", "text-anchor": "middle",
    }, this.yLabel));

    for (const { class: kind, y, name } of scene.horizontals ?? []) {
      parts.push(element("line", { x1: MARGIN.left, x2: right, y1: near(py(y)), y2: near(py(y)), class: `rule ${kind}` }));
      parts.push(element("text", { x: right - 4, y: near(py(y) - 5), class: "note", "text-anchor": "end" }, name));
    }
    const verticals = (scene.verticals ?? []).filter((rule) => inside(rule.x));
    for (const { class: kind, x } of verticals) {
      parts.push(element("line", { x1: near(px(x)), x2: near(px(x)), y1: MARGIN.top, y2: bottom, class: `rule ${kind}` }));
    }
    for (const { class: kind, at } of scene.lines ?? []) {
      const d = at.filter(([x, y]) => y !== null && inside(x))
        .map(([x, y], i) => `${i ? "L" : "M"}${near(px(x))},${near(clampedY(y))}`).join("");
      if (d) parts.push(element("path", { d, class: `line ${kind}` }));
    }
    for (const { class: kind, x, low, high } of (scene.spans ?? []).filter((span) => span.low !== null && inside(span.x))) {
      const [at, from, to] = [px(x), near(clampedY(low)), near(clampedY(high))];
      parts.push(element("path", { d: `M${near(at)},${from}V${to}M${near(at - 4)},${to}h8`, class: `bar ${kind}` }));
    }
    for (const { class: kind, x, y, shift = 0, title } of scene.points ?? []) {
      if (y === null || !inside(x)) continue;
      const point = shape(kind, px(x) + shift, clampedY(y));
      if (title) point.append(element("title", {}, title));
      parts.push(point);
    }
    for (const { class: kind, x, low, y, high } of (scene.bars ?? []).filter((bar) => bar.y !== null && inside(bar.x))) {
      const at = near(px(x));
      if (low !== null) {
        const [from, to] = [near(clampedY(low)), near(clampedY(high))];
        const d = `M${at},${from}V${to}M${px(x) - 4},${from}h8M${px(x) - 4},${to}h8`;
        parts.push(element("path", { d, class: `bar ${kind}` }));
      }
      parts.push(element("circle", { cx: at, cy: near(clampedY(y)), r: 5, class: `ring ${kind}` }));
    }
    for (const { class: kind, x, name } of verticals.filter((rule) => rule.name)) {
      parts.push(element("text", { x: near(px(x) + 4), y: MARGIN.top + 14, class: `note ${kind}` }, name));
    }
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("aria-label", `${this.title}. ${scene.summary ?? ""}`);
    this.svg.replaceChildren(...parts);
  }
}

/** Points differ in shape as well as in colour. */
function shape(kind, x, y) {
  const place = { class: `point ${kind}` };
  if (kind === "broken") return element("path", { ...place, d: `M${near(x)},${near(y - 5)}l5,8.5h-10z` });
  if (kind === "train") return element("path", { ...place, d: `M${near(x - 3)},${near(y - 3)}l6,6m0,-6l-6,6` });
  return element("circle", { ...place, cx: near(x), cy: near(y), r: 3.5 });
}
