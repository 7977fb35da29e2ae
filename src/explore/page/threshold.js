// The threshold view: what training ends in, against the pruned fraction.

import { Chart, axes } from "./chart.js";
import { complement, short } from "./numbers.js";

/** Where the axis ends, as the slider does. */
export const MOST = 0.9999;
/** Boundaries are numbered in the charts and named below them. */
const NUMBERS = "①②③④⑤⑥⑦⑧⑨";

export class Threshold {
  #rows = [];
  #cells = new Map();
  #begin = null;
  /** Whether what is drawn belongs to other settings. */
  stale = true;
  #prune = 0;

  constructor({ accuracy, loss, marks, pick }) {
    const x = "pruned fraction α = 1 − p";
    this.accuracy = new Chart(accuracy, { title: "Test accuracy", x, y: "fraction correct", pick });
    this.loss = new Chart(loss, { title: "Test and training loss", x, y: "cross-entropy (nats)", pick });
    this.marks = marks;
  }

  /** Moves the slider's line. */
  at(prune) {
    this.#prune = prune;
    this.#draw();
  }

  /** What is drawn belongs to other settings: the next rows replace it. */
  renew() {
    this.stale = true;
  }

  hear(event, data) {
    if (event === "begin") {
      this.#begin = data;
      this.#say(data.marks);
      if (this.stale) [this.#rows, this.#cells, this.stale] = [[], new Map(), false];
    } else if (event === "rows") {
      const known = new Set(this.#rows.map(this.#key));
      this.#rows.push(...data.filter((row) => !known.has(this.#key(row))));
    } else if (event === "cells") {
      for (const cell of data) this.#cells.set(cell.axes.join(), cell);
    } else {
      return;
    }
    this.#draw();
  }

  #key = (row) => row.slice(0, this.#begin.keys).join();

  #say(marks) {
    const words = marks.map(({ name, formula, at }, i) => {
      const where = at >= 1 ? "p ≥ 1: the dense network already generalizes" : `p = ${short(at)}, α = ${short(1 - at, 5)}`;
      return `${NUMBERS[i]} ${name} ${formula}: ${where}`;
    });
    this.marks.textContent = words.length ? `Derived here, not in the paper: ${words.join("; ")}.` : "";
  }

  #draw() {
    const verticals = [{ class: "here", x: this.#prune }];
    const x = axes.prune(MOST);
    const classes = this.#begin?.settings.classes;
    (this.#begin?.marks ?? []).forEach(({ at }, i) => {
      if (at < 1) verticals.unshift({ class: "derived", x: 1 - at, name: NUMBERS[i] });
    });
    const accuracy = { x, y: axes.linear(0, 1.05), verticals, ...this.#measure("test_accuracy") };
    if (classes) accuracy.horizontals = [{ class: "chance", y: 1 / classes, name: "chance" }];
    this.accuracy.draw(accuracy);

    const test = this.#measure("test_loss");
    const train = this.#points("train_loss", () => "train");
    const losses = [...test.points, ...train].map((point) => point.y).filter((y) => y > 0);
    const [low, high] = [Math.min(0.005, ...losses), Math.max(1, ...losses)];
    const loss = { x, y: axes.log(low * 0.8, high * 1.3), verticals, ...test, points: [...train, ...test.points] };
    if (classes) loss.horizontals = [{ class: "chance", y: Math.log(classes), name: "log K" }];
    this.loss.draw(loss);
  }

  #measure(name) {
    const bars = [...this.#cells.values()].filter((cell) => cell[name]).map((cell) => {
      const [y, low, high] = cell[name];
      return { class: "mean", x: complement(cell.axes[this.#column("keep")]), y, low, high };
    });
    const usable = this.#column("usable_classes");
    const classes = this.#begin?.settings.classes;
    const kind = (row) => (usable >= 0 && row[usable] < classes ? "broken" : "whole");
    const summary = bars.map((bar) => `pruned ${short(bar.x, 5)}: ${short(bar.y)}`).join(", ");
    return { points: this.#points(name, kind), bars, summary };
  }

  #points(name, kind) {
    const [keep, replica, outcome, y] = ["keep", "replica", "outcome", name].map((c) => this.#column(c));
    if (y < 0) return [];
    const most = Math.max(1, ...this.#rows.map((row) => row[replica]));
    return this.#rows.map((row) => {
      const prune = complement(row[keep]);
      const title = `replica ${row[replica]}, pruned ${prune}: ${name.replace("_", " ")} ${short(row[y], 4)} (${row[outcome]})`;
      // Replicas of one cell stand side by side.
      return { class: kind(row), x: prune, y: row[y], shift: 9 * (row[replica] / most - 0.5), title };
    });
  }

  #column = (name) => this.#begin?.columns.findIndex((column) => column.name === name) ?? -1;
}
