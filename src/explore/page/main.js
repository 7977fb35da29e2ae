// The page: settings in the address bar, two views, one stream each.

import { choice, entry, slider } from "./controls.js";
import { Curves } from "./curves.js";
import { complement, pruning, ratio, short, whole } from "./numbers.js";
import { Stream } from "./stream.js";
import { Threshold } from "./threshold.js";

const TRAJECTORY = "pruning_trajectory";
const SWEEP = "pruning_fraction_sweep";
/** A drag asks at most this often, in milliseconds. */
const PAUSE = 60;

const by = (id) => document.getElementById(id);
const status = (text) => { by("status").textContent = text; };
const refuse = (text) => {
  by("error").textContent = text;
  by("error").hidden = !text;
};

const start = await fetch("api/start").then((answer) => answer.json()).catch(() => null);
if (start) run(start);
else refuse("No answer from the server. Is prunelaw explore still running?");

function run(start) {
  const sweep = start.sims.find((sim) => sim.id === SWEEP);
  const initial = { prune: 0.8, snr: 0.3, replicas: 8, effort: start.effort, key: start.key };
  const state = { ...initial, ...Object.fromEntries(new URLSearchParams(location.search)) };
  for (const name of ["prune", "snr", "replicas"]) {
    if (state[name] !== "" && Number.isFinite(Number(state[name]))) state[name] = Number(state[name]);
  }
  /** The cells of the figure's own curve, so that rows are shared with `run` and `figures`. */
  const grid = sweep.presets.normal.keep.map(complement);

  // Views.
  const move = (prune, settled) => set({ prune: scale.value(Math.round(scale.position(prune))) }, settled);
  const threshold = new Threshold({
    accuracy: by("threshold-accuracy"), loss: by("threshold-loss"), marks: by("marks"), pick: move,
  });
  const curves = new Curves({ accuracy: by("curves-accuracy"), loss: by("curves-loss") });
  const streams = { curves: new Stream("curves"), threshold: new Stream("threshold") };

  // Controls.
  const form = by("controls");
  form.addEventListener("submit", (event) => event.preventDefault());
  const scale = pruning(20);
  const number = (name, label) => ({ name, label, read: (x) => x, write: String });
  const controls = {
    prune: slider(form, {
      name: "prune", title: "Pruned fraction α", initial: initial.prune, scale,
      help: "0 to 0.9999 by ratios of what is kept; type any value from 0 to 1",
      fields: [
        number("prune", "α"),
        { name: "keep", label: "keep p", read: complement, write: (x) => (Number.isFinite(x) ? String(complement(x)) : "") },
      ],
      change: (prune) => set({ prune }, true), live: (prune) => set({ prune }, false),
    }),
    snr: slider(form, {
      name: "snr", title: "Signal-to-noise ratio", initial: initial.snr, scale: ratio(0.03, 3, 40),
      help: "SNR = μ / (σₙ √d), 0.03 to 3", fields: [number("snr", "SNR")],
      change: (snr) => set({ snr }, true), live: (snr) => set({ snr }, false),
    }),
    replicas: slider(form, {
      name: "replicas", title: "Replicas", initial: initial.replicas, scale: whole(1, 40),
      help: "independent networks per pruned fraction, 1 to 40; type more", fields: [number("replicas", "R")],
      change: (replicas) => set({ replicas }, true), live: (replicas) => set({ replicas }, false),
    }),
    effort: choice(form, {
      name: "effort", title: "Size", options: sizes(sweep.presets, state.effort), initial: state.effort,
      change: (effort) => set({ effort }, true),
    }),
    key: entry(form, {
      name: "key", title: "Key", help: "another text, other draws; the same text, the same bits", initial: state.key,
      change: (key) => set({ key }, true),
    }),
  };
  const show = () => {
    for (const [name, control] of Object.entries(controls)) control.set(state[name]);
    if (Number.isFinite(state.prune)) threshold.at(state.prune);
  };

  /** Changes settings; the computations of the old ones stop at once, those of the new ones begin after a pause. */
  let timer = 0;
  function set(change, settled) {
    if (Object.entries(change).every(([name, value]) => state[name] === value) && !settled) return;
    const only = Object.keys(change).join() === "prune";
    Object.assign(state, change);
    show();
    if (!only) threshold.renew();
    streams.curves.stop();
    streams.threshold.stop();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
    // Browsers limit how often the address may change: not while the slider moves.
    if (settled) history.replaceState(null, "", `?${new URLSearchParams(state)}`);
  }

  async function ask() {
    refuse("");
    by("continue").hidden = true;
    const own = state.key === "0" ? {} : { key: state.key };
    const shared = { effort: state.effort, snr: state.snr, replicas: state.replicas, ...own };
    const near = Number.isFinite(state.prune) ? { near: `keep=${complement(state.prune)}` } : {};
    const whole = { sim: SWEEP, prune: grid.join(), ...shared, ...near };
    try {
      // What is stored appears at once.
      const hear = (event, data) => {
        threshold.hear(event, data);
        if (event === "begin") by("threshold-command").textContent = data.command;
      };
      if (threshold.stale && over(await streams.threshold.ask({ ...whole, only: "stored" }, hear))) return;
      // The curves first, alone: they answer the hand on the slider. The cells nearest to it follow.
      const last = await follow("curves", curves, { sim: TRAJECTORY, prune: state.prune, ...shared });
      if (over(last)) return;
      await follow("threshold", threshold, whole);
    } catch (error) {
      status("");
      refuse(error.message);
    }
  }

  async function follow(name, view, question) {
    const progress = by(`${name}-progress`);
    const began = performance.now();
    const last = await streams[name].ask(question, (event, data) => {
      view.hear(event, data);
      if (event === "begin") {
        by(`${name}-command`).textContent = data.command;
        progress.value = 0;
        status(name === "curves" ? "training at the slider …" : "filling the threshold curve …");
      } else if (event === "progress") {
        progress.value = data.total ? data.done / data.total : 1;
      } else if (event === "note") {
        console.info(data.text);
      } else if (event === "failed") {
        refuse(data.error);
      } else if (event === "done") {
        progress.value = 1;
        const seconds = short((performance.now() - began) / 1000, 2);
        status(data.computed ? `${data.computed} networks trained in ${seconds} s` : "all rows were stored already");
      }
    });
    over(last);
    return last;
  }

  /** Whether a question ended before its last row; says so if another page was the reason. */
  function over(last) {
    if (last === "moot") {
      status("Stopped: another page asks now, or the server has ended.");
      by("continue").hidden = false;
    }
    return last !== "done";
  }

  by("continue").addEventListener("click", ask);
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const text = by(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(text);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }
  addEventListener("pagehide", () => Object.values(streams).forEach((stream) => stream.stop()));
  show();
  ask();
}

/** Efforts that differ in more than replicas and cells, and the one that is chosen, with what they are. */
function sizes(presets, chosen) {
  const names = { smoke: "Small", normal: "Setting A", paper: "Paper" };
  const shown = { dimension: "d", samples: "n", neurons: "m", classes: "K", power: "q" };
  const size = (preset) => JSON.stringify(Object.keys(preset).filter((k) => !["keep", "noise", "replicas"].includes(k)).map((k) => preset[k]));
  const words = Object.keys(presets).filter((word, i, all) =>
    word === chosen || (word !== "paper" || size(presets.paper) !== size(presets.normal)) && all.indexOf(word) === i);
  return words.map((word) => {
    const preset = presets[word];
    const parts = Object.entries(shown).filter(([name]) => preset[name]).map(([name, letter]) => `${letter} = ${preset[name][0]}`);
    return { word, label: names[word] ?? word, help: `${parts.join(", ")}; at most ${preset.steps?.[0]} steps` };
  });
}
