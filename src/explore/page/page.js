// What all views share: the status line, refusals, the commands at the foot, files, and the address that holds the state.

export const by = (id) => document.getElementById(id);

/** An element with attributes and children. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export const status = (text) => { by("status").textContent = text; };

export function refuse(text) {
  by("error").textContent = text;
  by("error").hidden = !text;
}

/** The settings of the address, over those of the view; numbers where the view has numbers. */
export function recall(initial) {
  const state = { ...initial };
  for (const [name, text] of new URLSearchParams(location.search)) {
    const number = typeof initial[name] === "number" || initial[name] === null;
    state[name] = number && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  return state;
}

/** Writes the settings into the address; what is null is left out. */
export function remember(state) {
  const said = Object.entries(state).filter(([, value]) => value !== null && value !== "");
  history.replaceState(null, "", `?${new URLSearchParams(said)}`);
}

/** The address of a view with these settings. */
export const address = (view, state) =>
  `?${new URLSearchParams([["view", view], ...Object.entries(state).filter(([, value]) => value !== null && value !== "")])}`;

/** A line at the foot of the page with a command to copy; sets its text when called. */
export function commandLine(label) {
  const code = make("code", { "aria-label": label });
  const button = make("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  const line = make("div", { class: "command" }, code, button);
  line.hidden = true;
  by("commands").append(line);
  return (text) => {
    code.textContent = text;
    line.hidden = !text;
  };
}

/** Links to the files of a question; `formats` are `[label, {format, figure}]`. */
export function files(host, question, formats) {
  const link = ([label, words]) =>
    make("a", { href: `api/file?${new URLSearchParams({ ...question, ...words })}`, download: "" }, label);
  host.replaceChildren("Files: ", ...formats.flatMap((format, i) => (i ? [" · ", link(format)] : [link(format)])));
}

/** Whether a question ended before its last row; says so if another page was the reason. */
export function over(last) {
  if (last === "moot") {
    status("Stopped: another page asks now, or the server has ended.");
    by("continue").hidden = false;
  }
  return last !== "done";
}
