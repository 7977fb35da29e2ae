// The claims: the catalogue, the card of one, and a check that is watched while it decides.

import { choice, entry } from "./controls.js";
import { short } from "./numbers.js";
import { address, by, commandLine, make, over, recall, refuse, remember, status } from "./page.js";
import { Stream } from "./stream.js";

const EFFORTS = [
  { word: "smoke", label: "Smoke", help: "seconds" },
  { word: "normal", label: "Normal", help: "up to minutes" },
];
/** Verdict -> sign and words; signs tell them apart without colour. */
const VERDICTS = {
  holds: ["✓", "holds"], violated: ["✗", "violated"], out_of_scope: ["∅", "out of scope"], vacuous: ["○", "vacuous"],
  inconclusive: ["?", "inconclusive"], scaling_agrees: ["✓", "scaling agrees"], scaling_disagrees: ["✗", "scaling disagrees"],
};

export async function claims(start) {
  const answer = await fetch("api/claims").then((answer) => answer.json());
  const initial = { view: "claims", id: "", find: "", effort: "smoke", key: start.key };
  const state = recall(initial);
  const stream = new Stream("claims", "api/check");
  const command = commandLine("command of the check");
  /** id -> verdict of this visit. */
  const verdicts = new Map();

  const find = by("claims-find");
  find.value = state.find;
  find.addEventListener("input", () => {
    state.find = find.value;
    remember(state);
    list();
  });

  function list() {
    const words = state.find.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (claim) => [claim.id, claim.says, claim.source, claim.statement, claim.class, claim.subject].join(" ").toLowerCase();
    const found = answer.claims.filter((claim) => words.every((word) => text(claim).includes(word)));
    const groups = [...new Set(found.map((claim) => claim.subject))];
    by("claims-list").replaceChildren(...groups.flatMap((subject) => [
      make("li", { class: "subject" }, subject.replaceAll("_", " ")),
      ...found.filter((claim) => claim.subject === subject).map(item),
    ]));
    if (!found.length) by("claims-list").append(make("li", { class: "small" }, "no claim has all of these words"));
  }

  function item(claim) {
    const verdict = verdicts.get(claim.id);
    const link = make("a", { href: address("claims", { ...state, view: "claims", id: claim.id }) }, claim.id.replaceAll("_", " "));
    if (claim.id === state.id) link.setAttribute("aria-current", "true");
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      stream.stop();
      Object.assign(state, { id: claim.id });
      remember(state);
      list();
      open();
    });
    const badge = verdict ? make("span", { class: `verdict ${verdict}` }, VERDICTS[verdict][0]) : "";
    return make("li", {}, link, " ", badge);
  }

  /** The card, and what checks it. */
  function open() {
    const claim = answer.claims.find((claim) => claim.id === state.id);
    refuse(claim || !state.id ? "" : `there is no claim ${state.id}`);
    command("");
    if (!claim) return by("claim").replaceChildren(make("p", {}, "Choose a claim to read its statement, its assumptions and its source, and to check it here."));
    const row = (name, value) => (value == null || value === "" || value.length === 0 ? [] : [
      make("dt", {}, name),
      make("dd", {}, ...(Array.isArray(value) ? [make("ul", {}, ...value.map((one) => make("li", {}, one)))] : [value])),
    ]);
    const check = make("form", { class: "check", "aria-label": "Check this claim" });
    const run = make("button", { type: "submit" }, "Check it here");
    check.addEventListener("submit", (event) => {
      event.preventDefault();
      watch(claim);
    });
    choice(check, { name: "effort", title: "Effort", options: EFFORTS, initial: state.effort, change: (effort) => { state.effort = effort; remember(state); } });
    entry(check, { name: "key", title: "Key", help: "another text, other draws", initial: state.key, change: (key) => { state.key = key; remember(state); } });
    check.append(run);
    by("claim").replaceChildren(
      make("h2", {}, claim.id),
      make("p", { class: "says" }, claim.says),
      make("dl", {},
        ...row("Statement", claim.statement), ...row("Bound", claim.bound), ...row("Symbols", claim.symbols),
        ...row("Assumptions", claim.assumptions), ...row("Checked", claim.checked), ...row("Not checked", claim.not_checked),
        ...row("Source", claim.source), ...row("Reference", claim.reference), ...row("Provenance", claim.provenance),
        ...row("Class", claim.class), ...row("Power", claim.power), ...row("About", claim.about)),
      check,
      make("p", { class: "small" }, `Chance of a false verdict of one check here: at most ${answer.alpha}.`),
      make("div", { id: "verdict" }),
      make("div", { id: "looks", class: "scroll" }),
      make("progress", { id: "check-progress", max: 1, value: 0, "aria-label": "Replicas of the check" }));
  }

  async function watch(claim) {
    refuse("");
    by("continue").hidden = true;
    by("verdict").replaceChildren();
    by("looks").replaceChildren();
    const history = [];
    try {
      const last = await stream.ask({ id: claim.id, effort: state.effort, key: state.key }, (event, data) => {
        if (event === "begin") {
          command(data.command);
          status("checking …");
        } else if (event === "progress") by("check-progress").value = data.total ? data.done / data.total : 1;
        else if (event === "look") {
          history.push(data);
          status(`looked at ${data.replicas} replicas per point`);
          by("looks").replaceChildren(points(data.points, history));
        } else if (event === "failed") refuse(data.error);
        else if (event === "done") {
          verdicts.set(claim.id, data.verdict);
          list();
          by("verdict").replaceChildren(...spoken(data));
          by("looks").replaceChildren(points(data.points, history));
          status(`${claim.id}: ${VERDICTS[data.verdict][1]}`);
        }
      });
      over(last);
    } catch (error) {
      refuse(error.message);
    }
  }

  /** The verdict in words. */
  function spoken(report) {
    const [sign, words] = VERDICTS[report.verdict];
    const margin = report.margin === null ? "" : `, margin ${short(report.margin)}`;
    const rate = report.alpha === null ? "no chance enters" : `error rate ${short(report.alpha)}`;
    const parts = [make("p", { class: "outcome" }, make("span", { class: `verdict ${report.verdict}` }, `${sign} ${words}`),
      `${margin}; ${report.replicas} replicas, ${rate}${report.p_value === null ? "" : `, p = ${short(report.p_value)}`}, ${short(report.seconds, 2)} s`)];
    const gone = [...new Set(report.points.filter((point) => point.verdict === "out_of_scope").map((point) => point.because))];
    if (gone.length) parts.push(make("p", {}, `Where an assumption gives way, the claim says nothing: ${gone.join("; ")}.`));
    if (report.versions.length > 1) {
      parts.push(make("p", {}, "Versions: ",
        report.versions.map(({ name, verdict }) => `${name} ${VERDICTS[verdict][1]}`).join("; "), "."));
    }
    if (report.witness) parts.push(make("p", {}, "Again: ", make("code", {}, report.witness)));
    parts.push(...report.notes.map((note) => make("p", { class: "small" }, note)));
    return parts;
  }

  /** Every point, with the verdicts of the looks so far. */
  function points(found, history) {
    const names = [...new Set(found.flatMap((point) => Object.keys(point.at)))];
    const head = ["version", ...names, "verdict", "looks", "replicas", "failures", "claimed rate", "p", "seen"];
    const cell = (value) => make("td", {}, value == null ? "–" : typeof value === "number" ? short(value, 4) : String(value));
    const line = (point, k) => {
      // One sign per look: how the sequential test came to its decision.
      const looks = history.map((look) => VERDICTS[look.points[k]?.verdict]?.[0] ?? "·").join("");
      const [sign, words] = VERDICTS[point.verdict];
      return make("tr", {}, cell(point.version), ...names.map((name) => cell(point.at[name])),
        make("td", {}, make("span", { class: `verdict ${point.verdict}` }, `${sign} ${words}`)), cell(looks), cell(point.replicas),
        cell(point.failures), cell(point.claimed_failure_rate), cell(point.p_value), cell(point.because ?? point.seen));
    };
    return make("table", {}, make("thead", {}, make("tr", {}, ...head.map((name) => make("th", {}, name)))), make("tbody", {}, ...found.map(line)));
  }

  by("continue").addEventListener("click", () => {
    const claim = answer.claims.find((claim) => claim.id === state.id);
    if (claim) watch(claim);
  });
  addEventListener("pagehide", () => stream.stop());
  list();
  open();
}
