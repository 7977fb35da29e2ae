// The computed grid of one question, alive without a server: sliders move over what was computed.

import { number, slider } from "./controls.js";
import { complement, short } from "./numbers.js";
import { make } from "./page.js";
import { AXES, Phase } from "./phase.js";
import { Threshold } from "./threshold.js";

const data = JSON.parse(document.getElementById("data").textContent);
const { begin, rows, cells, ramp } = data;
const form = document.querySelector("form.controls");
const column = (name) => begin.columns.findIndex((column) => column.name === name);
const list = (value) => (Array.isArray(value) ? value : [value]);
document.getElementById("command").textContent = begin.command;
document.getElementById("settings").textContent = Object.entries(begin.settings)
  .map(([name, value]) => `${name} = ${list(value).map((one) => (typeof one === "number" ? short(one, 6) : one)).join(", ")}`)
  .join("; ") + `; ${begin.replicas} replicas; key "${begin.key}"`;

/** A slider whose places are these values. */
function over(name, title, values, initial, change) {
  const position = (value) => values.reduce((best, one, i) => (Math.abs(one - value) < Math.abs(values[best] - value) ? i : best), 0);
  return slider(form, {
    name, title, initial: () => initial, help: `${values.length} values were computed`, fields: [number(name, "")],
    scale: { least: 0, most: values.length - 1, value: (i) => values[i], position },
    change: (value) => change(values[position(value)]),
  });
}

/** Axis -> its values, in the words of the page. */
const swept = Object.entries(AXES)
  .map(([axis, { field }]) => [axis, list(begin.settings[field] ?? [])])
  .filter(([, values]) => values.length > 1)
  .map(([axis, values]) => [axis, axis === "snr"
    ? values.map((noise) => Number((begin.settings.signal / (noise * Math.sqrt(begin.settings.dimension))).toPrecision(12))) : values]);

if (swept.length === 2) {
  const [[x, xs], [y, ys]] = swept.map(([axis, values]) => [axis, [...values].sort((a, b) => a - b)]);
  let chosen = [0, 0];
  const choose = (i, j) => {
    chosen = [i, j];
    across.set(xs[i]);
    up.set(ys[j]);
    diagram.show({ chosen });
  };
  const by = (id) => document.getElementById(id);
  const diagram = new Phase({
    hosts: { map: by("one"), cell: by("cell"), level: by("level"), marks: by("marks") }, ramp, choose,
  });
  const across = over("x", AXES[x].title, xs, xs[0], (value) => choose(xs.indexOf(value), chosen[1]));
  const up = over("y", AXES[y].title, ys, ys[0], (value) => choose(chosen[0], ys.indexOf(value)));
  diagram.renew({ x, y, xs, ys, measure: ["test_accuracy", "test accuracy (fraction)"], chosen });
  for (const [event, heard] of [["begin", begin], ["rows", rows], ["cells", cells]]) diagram.hear(event, heard);
  by("two").remove();
  choose(0, 0);
} else {
  const values = list(begin.settings.keep).map(complement).sort((a, b) => a - b);
  const at = (prune) => {
    prunes.set(prune);
    curve.at(prune);
    const shown = ["replica", "outcome", "steps", "train_accuracy", "test_accuracy", "test_loss"].filter((name) => column(name) >= 0);
    const here = rows.filter((row) => complement(row[column("keep")]) === prune);
    const words = (value) => (typeof value === "number" ? short(value, 4) : String(value ?? "–"));
    document.getElementById("cell").replaceChildren(make("h3", {}, `pruned fraction ${prune}`), make("table", {},
      make("thead", {}, make("tr", {}, ...shown.map((name) => make("th", {}, name.replace("_", " "))))),
      make("tbody", {}, ...here.map((row) => make("tr", {}, ...shown.map((name) => make("td", {}, words(row[column(name)]))))))));
  };
  const nearest = (prune) => values.reduce((best, one) => (Math.abs(Math.log((1 - one + 1e-9) / (1 - prune + 1e-9)))
    < Math.abs(Math.log((1 - best + 1e-9) / (1 - prune + 1e-9))) ? one : best));
  const curve = new Threshold({
    accuracy: document.getElementById("one"), loss: document.getElementById("two"), marks: document.getElementById("marks"),
    pick: (prune) => at(nearest(prune)),
  });
  const prunes = over("prune", "Pruned fraction α", values, values[0], at);
  for (const [event, heard] of [["begin", begin], ["rows", rows], ["cells", cells]]) curve.hear(event, heard);
  at(values[Math.floor(values.length / 2)]);
}
