// The page: one view at a time, named by the address.

import { by, make, refuse } from "./page.js";
import { claims } from "./claims_view.js";
import { masks } from "./masks_view.js";
import { phase } from "./phase_view.js";
import { presets } from "./presets.js";
import { robustness } from "./robustness_view.js";
import { sums } from "./sums_view.js";
import { threshold } from "./threshold_view.js";

/** Name in the address -> title and view. */
const VIEWS = {
  threshold: ["Threshold", threshold],
  phase: ["Phase diagram", phase],
  robustness: ["Robustness", robustness],
  sums: ["Subset sums", sums],
  masks: ["Masks", masks],
  claims: ["Claims", claims],
};

const start = await fetch("api/start").then((answer) => answer.json()).catch(() => null);
const asked = new URLSearchParams(location.search).get("view") ?? "threshold";
const name = VIEWS[asked] ? asked : "threshold";
for (const [view, [title]] of Object.entries(VIEWS)) {
  const link = make("a", { href: `?view=${view}` }, title);
  if (view === name) link.setAttribute("aria-current", "page");
  by("views").append(link);
}
presets();
if (start) {
  by("main").append(by(`${name}-view`).content.cloneNode(true));
  by("main").className = name;
  document.title = `${VIEWS[name][0]} · prunelaw explorer`;
  VIEWS[name][1](start);
} else {
  refuse("No answer from the server. Is prunelaw explore still running?");
}
