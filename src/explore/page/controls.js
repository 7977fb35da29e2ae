// Controls: a slider with typed entry, range and reset; a choice; a line of text; a group that folds.

import { make } from "./page.js";

/** A field of a slider that shows the state's number as it is. */
export const number = (name, label) => ({ name, label, read: (x) => x, write: String });

/** A setting with a slider of its own. */
export const size = (name, title, letter, scale, help) => ({ name, title, letter, scale, help });

/** A group of controls that folds away. */
export function group(form, title, open) {
  const details = make("details", {}, make("summary", {}, title));
  details.open = open;
  form.append(details);
  return details;
}

/** One of many words, as a list to choose from. */
export function select(form, { name, title, options, initial, change }) {
  const list = make("select", { id: name }, ...options.map(([word, label]) => make("option", { value: word }, label)));
  list.value = initial;
  list.addEventListener("change", () => change(list.value));
  form.append(make("div", { class: "control" }, make("label", { for: name, class: "title" }, title), list));
  return { set: (word) => { list.value = word; } };
}

/**
 * A number. `read` and `write` translate between the state's number and each typed field, so that one slider can show
 * the prune and the keep fraction. `initial()` is where reset goes.
 */
export function slider(form, { name, title, help, scale, fields, initial, change, live }) {
  const range = make("input", {
    type: "range", id: name, min: scale.least, max: scale.most, step: 1, "aria-describedby": `${name}-help`,
  });
  const typed = fields.map((field) => make("input", {
    type: "text", inputmode: "decimal", id: `${name}-${field.name}`, size: 8, spellcheck: "false",
  }));
  const reset = make("button", { type: "button", "aria-label": `reset ${title}` }, "↺");
  let value = initial();

  const show = () => {
    range.value = String(Math.round(scale.position(value)));
    const words = fields.map((field, i) => {
      typed[i].value = field.write(value);
      typed[i].removeAttribute("aria-invalid");
      return `${field.label} ${typed[i].value}`;
    });
    range.setAttribute("aria-valuetext", words.join(", "));
    reset.title = `back to ${initial()}`;
    reset.disabled = String(value) === String(initial());
  };
  const set = (next, settled) => {
    value = next;
    show();
    (settled ? change : live ?? change)(value);
  };
  range.addEventListener("input", () => set(scale.value(Number(range.value)), false));
  range.addEventListener("change", () => set(value, true));
  reset.addEventListener("click", () => set(initial(), true));
  typed.forEach((input, i) => input.addEventListener("change", () => {
    const number = Number(input.value.trim().replace(",", "."));
    // What is no number goes to the server as it is: its answer says what is allowed.
    if (input.value.trim() !== "" && Number.isFinite(number)) return set(fields[i].read(number), true);
    input.setAttribute("aria-invalid", "true");
    change(input.value);
  }));

  const entries = fields.map((field, i) => make("label", { for: typed[i].id }, `${field.label} `, typed[i]));
  form.append(make("div", { class: "control" },
    make("label", { for: name, class: "title" }, title),
    make("div", { class: "entries" }, ...entries, reset),
    range,
    make("p", { id: `${name}-help`, class: "small" }, help)));
  return {
    get: () => value,
    set: (next) => { value = next; show(); },
    focus: () => range.focus(),
  };
}

/** One of a few words, as radio buttons. */
export function choice(form, { name, title, options, initial, change }) {
  const radios = options.map(({ word, label, help }) => {
    const radio = make("input", { type: "radio", name, id: `${name}-${word}`, value: word });
    radio.addEventListener("change", () => change(word));
    return [radio, make("label", { for: radio.id }, make("b", {}, label), make("span", { class: "small" }, help))];
  });
  const set = (word) => radios.forEach(([radio]) => { radio.checked = radio.value === word; });
  set(initial);
  form.append(make("fieldset", { class: "control" }, make("legend", { class: "title" }, title),
    ...radios.map((parts) => make("div", { class: "option" }, ...parts))));
  return { set };
}

/** A line of text. */
export function entry(form, { name, title, help, initial, change }) {
  const input = make("input", { type: "text", id: name, spellcheck: "false", "aria-describedby": `${name}-help` });
  input.value = initial;
  input.addEventListener("change", () => change(input.value));
  form.append(make("div", { class: "control" },
    make("label", { for: name, class: "title" }, title), make("div", { class: "entries" }, input),
    make("p", { id: `${name}-help`, class: "small" }, help)));
  return { set: (value) => { input.value = value; } };
}
