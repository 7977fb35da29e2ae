// Controls: a slider with typed entry, range and reset.

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

/**
 * A number. `read` and `write` translate between the state's number and each typed field, so that one slider can show
 * the prune and the keep fraction.
 */
export function slider(form, { name, title, help, scale, fields, initial, change, live }) {
  const range = make("input", {
    type: "range", id: name, min: scale.least, max: scale.most, step: 1, "aria-describedby": `${name}-help`,
  });
  const typed = fields.map((field) => make("input", {
    type: "text", inputmode: "decimal", id: `${name}-${field.name}`, size: 8, spellcheck: "false",
  }));
  const reset = make("button", { type: "button", title: `back to ${initial}`, "aria-label": `reset ${title}` }, "↺");
  let value = initial;

  const show = () => {
    range.value = String(Math.round(scale.position(value)));
    const words = fields.map((field, i) => {
      typed[i].value = field.write(value);
      typed[i].removeAttribute("aria-invalid");
      return `${field.label} ${typed[i].value}`;
    });
    range.setAttribute("aria-valuetext", words.join(", "));
    reset.disabled = String(value) === String(initial);
  };
  const set = (next, settled) => {
    value = next;
    show();
    (settled ? change : live ?? change)(value);
  };
  range.addEventListener("input", () => set(scale.value(Number(range.value)), false));
  range.addEventListener("change", () => set(value, true));
  reset.addEventListener("click", () => set(initial, true));
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
