// A map: one coloured cell per pair of values, a contour, lines over it, and one chosen cell. As SVG; looks by class.

import { short } from "./numbers.js";
import { element } from "./chart.js";

const MARGIN = { top: 26, right: 96, bottom: 44, left: 62 };

export class Heat {
  #scene = null;
  #asked = false;

  /** In `host`; `choose(i, j)` is called with the cell that is clicked or stepped to, `hover(i, j)` with that under the pointer. */
  constructor(host, { ramp, choose, hover }) {
    Object.assign(this, { host, ramp });
    this.svg = element("svg", { role: "img", tabindex: "0", "aria-label": "map, nothing drawn yet" });
    this.svg.classList.add("map");
    host.append(this.svg);
    new ResizeObserver(() => this.#soon()).observe(host);
    const cell = (event) => {
      const { i, j } = event.target.dataset ?? {};
      return i === undefined ? null : [Number(i), Number(j)];
    };
    this.svg.addEventListener("click", (event) => cell(event) && choose(...cell(event)));
    this.svg.addEventListener("pointermove", (event) => hover?.(cell(event)));
    this.svg.addEventListener("pointerleave", () => hover?.(null));
    this.svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
      if (!step || !this.#scene) return;
      event.preventDefault();
      const { xs, ys, chosen } = this.#scene;
      const [i, j] = chosen ?? [0, 0];
      const within = (at, values) => Math.min(Math.max(at, 0), values.length - 1);
      choose(within(i + step[0], xs), within(j + step[1], ys));
    });
  }

  /**
   * `{title, xs, ys, xLabel, yLabel, at(i, j) -> {value, title} or null, shade: {low, high, label}, level, chosen: [i, j],
   *   lines: [{class, name, at: [[x, y]]}], summary}`; xs and ys ascend or descend, on the scale of ratios unless
   *   `linear`.
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

  #paint(scene) {
    const [width, height] = [this.svg.clientWidth, this.svg.clientHeight];
    if (width < 120 || height < 120) return;
    const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
    const on = scene.linear ? (x) => x : Math.log;
    const across = place(scene.xs, on, (t) => MARGIN.left + t * inner.width);
    const up = place(scene.ys, on, (t) => MARGIN.top + (1 - t) * inner.height);
    const color = ({ low, high }) => (value) => {
      const t = Math.min(Math.max((value - low) / (high - low || 1), 0), 1);
      return this.ramp[Math.round(t * (this.ramp.length - 1))];
    };
    const shade = color(scene.shade);
    const parts = [element("text", { x: MARGIN.left, y: 16, class: "chart-title" }, scene.title)];
    const values = scene.xs.map((_, i) => scene.ys.map((_, j) => scene.at(i, j)));
    scene.xs.forEach((_, i) => scene.ys.forEach((_, j) => {
      const found = values[i][j];
      const [x0, x1, y0, y1] = [across.edge(i), across.edge(i + 1), up.edge(j), up.edge(j + 1)];
      const box = {
        x: Math.min(x0, x1).toFixed(2), y: Math.min(y0, y1).toFixed(2),
        width: (Math.abs(x1 - x0) + 0.3).toFixed(2), height: (Math.abs(y1 - y0) + 0.3).toFixed(2),
        "data-i": i, "data-j": j, class: found?.value == null ? "cell empty" : "cell",
      };
      if (found?.value != null) box.fill = shade(found.value);
      const rect = element("rect", box);
      if (found?.title) rect.append(element("title", {}, found.title));
      parts.push(rect);
    }));
    if (scene.level != null) {
      const d = contour(values, scene.level, across, up);
      if (d) parts.push(element("path", { d, class: "contour" }));
    }
    const clip = "map-clip";
    parts.push(element("clipPath", { id: clip }));
    parts.at(-1).append(element("rect", { x: MARGIN.left, y: MARGIN.top, width: inner.width, height: inner.height }));
    (scene.lines ?? []).forEach(({ class: kind, name, at }, order) => {
      const points = at.filter(([x, y]) => Number.isFinite(on(x) + on(y))).map(([x, y]) => [across.at(x), up.at(y)]);
      if (points.length < 2) return;
      const d = points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`).join("");
      parts.push(element("path", { d, class: `rule ${kind}`, "clip-path": `url(#${clip})` }));
      const inside = points.filter(([x, y]) =>
        x > MARGIN.left + 4 && x < MARGIN.left + inner.width - 14 && y > MARGIN.top + 14 && y < MARGIN.top + inner.height - 4);
      // Lines that meet have their names at different heights.
      const [x, y] = inside[Math.floor((0.3 + 0.4 * (order % 2)) * inside.length)] ?? [];
      if (!x) return;
      const beyond = x + 7 * name.length > MARGIN.left + inner.width;
      parts.push(element("text", {
        x: x + (beyond ? -5 : 5), y: y - 4, class: `note ${kind}`, "text-anchor": beyond ? "end" : "start",
      }, name));
    });
    if (scene.chosen) {
      const [i, j] = scene.chosen;
      const [x0, x1, y0, y1] = [across.edge(i), across.edge(i + 1), up.edge(j), up.edge(j + 1)];
      parts.push(element("rect", {
        x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0), class: "chosen",
      }));
    }
    this.#frame(scene, parts, inner, across, up);
    this.#bar(scene, parts, inner, shade);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("aria-label", `${scene.title}. ${scene.summary ?? ""}`);
    this.svg.replaceChildren(...parts);
  }

  #frame(scene, parts, inner, across, up) {
    const [bottom, right] = [MARGIN.top + inner.height, MARGIN.left + inner.width];
    parts.push(element("rect", { x: MARGIN.left, y: MARGIN.top, width: inner.width, height: inner.height, class: "frame" }));
    spaced(scene.xs.map((x, i) => [across.centre(i), short(x, 3)]), 44).forEach(([x, text]) =>
      parts.push(element("text", { x, y: bottom + 17, class: "tick", "text-anchor": "middle" }, text)));
    spaced(scene.ys.map((y, j) => [up.centre(j), short(y, 3)]), 17).forEach(([y, text]) =>
      parts.push(element("text", { x: MARGIN.left - 7, y, dy: "0.35em", class: "tick", "text-anchor": "end" }, text)));
    parts.push(element("text", {
      x: (MARGIN.left + right) / 2, y: bottom + 36, class: "label", "text-anchor": "middle",
    }, scene.xLabel));
    parts.push(element("text", {
      transform: `translate(13 ${MARGIN.top + inner.height / 2}) rotate(-90)`, class: "label", "text-anchor": "middle",
    }, scene.yLabel));
  }

  #bar({ shade: { low, high, label } }, parts, inner, shade) {
    const [x, steps] = [MARGIN.left + inner.width + 16, 40];
    for (let k = 0; k < steps; k++) {
      const y = MARGIN.top + (1 - (k + 1) / steps) * inner.height;
      const fill = shade(low + ((k + 0.5) / steps) * (high - low));
      parts.push(element("rect", { x, y, width: 14, height: inner.height / steps + 0.4, fill }));
    }
    for (let k = 0; k <= 4; k++) {
      const y = MARGIN.top + (1 - k / 4) * inner.height;
      parts.push(element("text", { x: x + 19, y, dy: "0.35em", class: "tick" }, short(low + (k / 4) * (high - low), 3)));
    }
    parts.push(element("text", {
      transform: `translate(${x + 68} ${MARGIN.top + inner.height / 2}) rotate(-90)`, class: "label", "text-anchor": "middle",
    }, label));
  }
}

/** Places of cells and of values between them, even on the scale `on`; `to` maps [0, 1] to pixels. */
function place(values, on, to) {
  const logs = values.map(on);
  const n = logs.length;
  const half = n > 1 ? 0 : 0.5;
  const edges = Array.from({ length: n + 1 }, (_, k) => {
    if (n === 1) return logs[0] + (k ? half : -half);
    if (k === 0) return logs[0] - (logs[1] - logs[0]) / 2;
    if (k === n) return logs[n - 1] + (logs[n - 1] - logs[n - 2]) / 2;
    return (logs[k - 1] + logs[k]) / 2;
  });
  const t = (log) => (log - edges[0]) / (edges[n] - edges[0]);
  return { edge: (k) => to(t(edges[k])), centre: (k) => to(t(logs[k])), at: (x) => to(t(on(x))) };
}

/** Labels that do not touch. */
function spaced(labels, room) {
  const kept = [];
  for (const label of labels) if (kept.every(([at]) => Math.abs(at - label[0]) >= room)) kept.push(label);
  return kept;
}

/** Where the level is crossed, linear between the centres of cells: a path of segments. */
function contour(values, level, across, up) {
  const parts = [];
  const value = (i, j) => values[i]?.[j]?.value;
  for (let i = 0; i + 1 < values.length; i++) {
    for (let j = 0; j + 1 < values[0].length; j++) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
      const points = [];
      for (let k = 0; k < 4; k++) {
        const [a, b] = [corners[k], corners[(k + 1) % 4]];
        const [u, v] = [value(...a), value(...b)];
        if (u == null || v == null || (u < level) === (v < level)) continue;
        const part = (level - u) / (v - u);
        const between = (from, to) => from + part * (to - from);
        points.push([between(across.centre(a[0]), across.centre(b[0])), between(up.centre(a[1]), up.centre(b[1]))]);
      }
      for (let k = 0; k + 1 < points.length; k += 2) {
        const [[x0, y0], [x1, y1]] = [points[k], points[k + 1]];
        parts.push(`M${x0.toFixed(1)},${y0.toFixed(1)}L${x1.toFixed(1)},${y1.toFixed(1)}`);
      }
    }
  }
  return parts.join("");
}
