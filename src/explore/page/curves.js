// The training at the slider: loss, accuracy and alignment against steps, one line per replica.

import { Chart, axes } from "./chart.js";

export class Curves {
  /** Replica -> rows in the order of steps. */
  #replicas = new Map();
  #begin = null;
  #stale = false;

  constructor({ accuracy, loss, alignment }) {
    const x = "steps (log scale from 0)";
    this.accuracy = new Chart(accuracy, { title: "Accuracy", x, y: "fraction correct" });
    this.loss = new Chart(loss, { title: "Loss", x, y: "cross-entropy (nats)" });
    this.alignment = new Chart(alignment, { title: "What is learned", x, y: "alignment ⟨w, μ⟩, ⟨w, ξ⟩" });
    this.#draw();
  }

  hear(event, data) {
    if (event === "begin") {
      this.#begin = data;
      this.#stale = true;
    } else if (event === "rows") {
      // The old lines stay until the first new ones are there: no flicker under the slider.
      if (this.#stale) [this.#replicas, this.#stale] = [new Map(), false];
      const [replica, step] = [this.#column("replica"), this.#column("step")];
      for (const row of data) {
        if (!this.#replicas.has(row[replica])) this.#replicas.set(row[replica], []);
        this.#replicas.get(row[replica]).push(row);
      }
      for (const rows of this.#replicas.values()) rows.sort((a, b) => a[step] - b[step]);
      this.#draw();
    }
  }

  #draw() {
    const [step, classes] = [this.#column("step"), this.#begin?.settings.classes];
    const all = [...this.#replicas.values()];
    const most = Math.max(10, ...all.map((rows) => rows.at(-1)[step]));
    const x = axes.steps(most);
    const lines = (name, kind) => {
      const y = this.#column(name);
      return y < 0 ? [] : all.map((rows) => ({ class: kind, at: rows.map((row) => [row[step], row[y]]) }));
    };
    const accuracy = [...lines("train_accuracy", "train"), ...lines("test_accuracy", "test")];
    const loss = [...lines("train_loss", "train"), ...lines("test_loss", "test")];
    const losses = loss.flatMap((line) => line.at.map(([, y]) => y)).filter((y) => y > 0);
    const [low, high] = [losses.reduce((a, b) => Math.min(a, b), 0.008), losses.reduce((a, b) => Math.max(a, b), 1)];
    const level = (y, name) => (classes ? [{ class: "chance", y, name }] : []);
    const summary = `${all.length} replicas, up to ${most} steps`;
    this.accuracy.draw({ x, y: axes.linear(0, 1.05), lines: accuracy, horizontals: level(1 / classes, "chance"), summary });
    this.loss.draw({ x, y: axes.log(low * 0.8, high * 1.3), lines: loss, horizontals: level(Math.log(classes), "log K"), summary });
    const aligned = [...lines("noise_alignment", "noise"), ...lines("signal_alignment", "signal")];
    const heights = aligned.flatMap((line) => line.at.map(([, y]) => y)).filter((y) => y > 0);
    const [least, top] = [heights.reduce((a, b) => Math.min(a, b), 0.01), heights.reduce((a, b) => Math.max(a, b), 1)];
    const learned = [{ class: "chance", y: 1, name: "learned: above 1" }];
    this.alignment.draw({ x, y: axes.log(Math.max(least, 1e-4) * 0.8, top * 1.5), lines: aligned, horizontals: learned, summary });
  }

  #column = (name) => this.#begin?.columns.findIndex((column) => column.name === name) ?? -1;
}
