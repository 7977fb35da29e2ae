// The phase diagram: a map of one measure over two axes, its boundaries, and the replicas of one cell.

import { Heat } from "./map.js";
import { short } from "./numbers.js";
import { make } from "./page.js";

/** Axis -> title, label with unit, usual ends, whether values are whole, and the field of the rows. */
export const AXES = {
  keep: { title: "keep fraction p", label: "keep fraction p", ends: [0.02, 1], field: "keep" },
  snr: { title: "signal-to-noise ratio", label: "SNR = μ / (σₙ √d)", ends: [0.15, 0.6], field: "noise" },
  neurons: { title: "width", label: "neurons per class head m", ends: [4, 200], whole: true, field: "neurons" },
};

const SHOWN = ["replica", "outcome", "steps", "train_accuracy", "test_accuracy"];

export class Phase {
  /** What is drawn: `{x, y, xs, ys, measure: [name, words], chosen: [i, j] or null}`. */
  #asked = null;
  #begin = null;
  /** "i,j" -> cell summary, and its rows by replica. */
  #cells = new Map();
  #rows = new Map();
  /** The cell under the pointer. */
  under = null;

  /** `hosts`: elements map, cell, level, marks; `choose(i, j)`; `leave(begin, values)` gives what stands below a cell. */
  constructor({ hosts, ramp, choose, leave }) {
    Object.assign(this, { hosts, leave });
    this.heat = new Heat(hosts.map, { ramp, choose, hover: (cell) => { this.under = cell; } });
  }

  /** Another diagram: what was drawn belongs to other settings. */
  renew(asked) {
    [this.#cells, this.#rows, this.#asked] = [new Map(), new Map(), asked];
    this.draw();
  }

  /** The same rows, seen otherwise. */
  show(change) {
    this.#asked = { ...this.#asked, ...change };
    this.draw();
  }

  get filled() {
    return this.#cells.size;
  }

  hear(event, data) {
    if (event === "begin") this.#begin = data;
    else if (event === "cells") {
      for (const cell of data) this.#put(this.#cells, cell.axes, () => cell);
    } else if (event === "rows") {
      const replica = this.#column("replica");
      for (const row of data) this.#put(this.#rows, row, (known = new Map()) => known.set(row[replica], row));
    } else return;
    this.draw();
  }

  #put(into, row, make) {
    const at = this.#index(row);
    if (at) into.set(at, make(into.get(at)));
  }

  #column = (name) => this.#begin?.columns.findIndex((column) => column.name === name) ?? -1;

  /** The value of a field of the rows on its axis: noise stands for the ratio. */
  #on(axis, value) {
    const { signal, dimension } = this.#begin.settings;
    return axis === "snr" ? signal / (value * Math.sqrt(dimension)) : value;
  }

  /** "i,j" of a row. */
  #index(row) {
    const { x, y, xs, ys } = this.#asked;
    const place = (axis, values) => {
      const own = this.#on(axis, row[this.#column(AXES[axis].field)]);
      return values.findIndex((value) => Math.abs(value / own - 1) < 1e-6);
    };
    const [i, j] = [place(x, xs), place(y, ys)];
    return i < 0 || j < 0 ? null : `${i},${j}`;
  }

  draw() {
    if (!this.#asked) return;
    const { x, y, xs, ys, chosen, measure: [name, unit] } = this.#asked;
    const at = (i, j) => {
      const cell = this.#cells.get(`${i},${j}`);
      if (!cell?.[name]) return null;
      const [value, low, high, count] = cell[name];
      const spread = low === null ? "" : ` [${short(low)}, ${short(high)}]`;
      const place = `${AXES[x].title} ${xs[i]}, ${AXES[y].title} ${ys[j]}`;
      return { value, title: `${place}: ${unit} ${short(value, 4)}${spread}, ${count} of ${cell.replicas} replicas` };
    };
    const all = [...this.#cells.values()].map((cell) => cell[name]?.[0]).filter((value) => value != null);
    const [low, high] = name.endsWith("accuracy") ? [0, 1] : [Math.min(...all, 0), Math.max(...all, 1e-9)];
    const classes = this.#begin?.settings.classes;
    const level = name === "test_accuracy" && classes ? 0.5 * (1 + 1 / classes) : null;
    this.hosts.level.textContent = level
      ? `mean accuracy ${short(level)}, half way from chance to 1` : "contour: of the test accuracy only";
    this.heat.draw({
      title: unit, xs, ys, xLabel: AXES[x].label, yLabel: AXES[y].label, at, shade: { low, high, label: unit }, level, chosen,
      lines: this.#lines(), summary: `${this.filled} of ${xs.length * ys.length} cells are there.`,
    });
    this.#panel();
  }

  /** Derived boundaries in the keep fraction, where it is one of the two axes. */
  #lines() {
    const { x, y } = this.#asked;
    if (!this.#begin || (x !== "keep" && y !== "keep")) return [];
    const across = x === "keep" ? y : x;
    const marks = this.#begin.marks.filter((mark) => mark.along?.axis === AXES[across].field);
    this.hosts.marks.textContent = marks.length
      ? `Derived here, not in the paper: ${marks.map(({ name, formula }) => `${name} p = ${formula}`).join("; ")}.` : "";
    return marks.map(({ name, along }) => {
      const at = along.at.map(([value, keep]) => (x === "keep" ? [keep, this.#on(across, value)] : [this.#on(across, value), keep]));
      return { class: "derived", name, at };
    });
  }

  #panel() {
    const { x, y, xs, ys, chosen, measure: [name, unit] } = this.#asked;
    if (!chosen) return this.hosts.cell.replaceChildren(make("p", { class: "small" }, "Click a cell to see its replicas."));
    const values = { [x]: xs[chosen[0]], [y]: ys[chosen[1]] };
    const cell = this.#cells.get(chosen.join());
    const heading = make("h3", {}, `${AXES[x].title} ${values[x]}, ${AXES[y].title} ${values[y]}`);
    if (!cell?.[name]) return this.hosts.cell.replaceChildren(heading, make("p", { class: "small" }, "not computed yet"));
    const [value, low, high] = cell[name];
    const interval = low === null ? "" : `, 95 % interval ${short(low, 3)} to ${short(high, 3)}`;
    const words = (value) => (typeof value === "number" ? short(value, 4) : String(value ?? "–"));
    const line = (row) => make("tr", {}, ...SHOWN.map((name) => make("td", {}, words(row[this.#column(name)]))));
    const sorted = [...(this.#rows.get(chosen.join())?.entries() ?? [])].sort(([a], [b]) => a - b).map(([, row]) => row);
    const table = make("table", {},
      make("thead", {}, make("tr", {}, ...SHOWN.map((name) => make("th", {}, name.replace("_", " "))))),
      make("tbody", {}, ...sorted.map(line)));
    this.hosts.cell.replaceChildren(heading, make("p", {}, `${unit}: ${short(value, 4)}${interval}`),
      make("div", { class: "scroll" }, table), ...(this.leave ? [this.leave(this.#begin, values)] : []));
  }
}
