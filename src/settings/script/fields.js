// --- fields ----------------------------------------------------------------------------------------------------

const SHORT = new Set(["cores", "memory", "gpus"]);
const MEDIUM = new Set([
  "name", "ssh", "queue", "walltime", "parallel_environment", "app", "base_url", "local_port", "remote_port", "idle_stop",
  "language", "default_host", "cell_done_after", "browser", "poll_seconds", "job_script",
]);
/** Fields of one scheduler alone. */
const OF_LAUNCHER = { parallel_environment: "sge" };
const PROSE = new Set(["name", "browser"]);

function widthOf(field) {
  if (SHORT.has(field.name)) return "third";
  return MEDIUM.has(field.name) ? "half" : "";
}

const idOf = (field) => `field-${field.name}`;

/** The attributes that tie an input to its label, help and error. */
function ties(field) {
  const id = idOf(field);
  return { id, "aria-describedby": `${id}-help ${id}-error`, "data-key": field.name };
}

function input(field) {
  const attributes = { ...ties(field), autocomplete: "off", spellcheck: "false", class: PROSE.has(field.name) ? null : "mono" };
  if (field.required) attributes.required = true;
  const value = current(field);
  const placeholder = field.default !== null ? String(field.default) : example(field);
  if (field.kind === "number") {
    const typed = (event) => change(field, numberOf(event.target.value));
    return make("input", { ...attributes, inputmode: "numeric", placeholder, value, input: typed });
  }
  const typed = (event) => change(field, event.target.value.trim() || null);
  return make("input", { ...attributes, placeholder, value, input: typed });
}

/** The example of a single value, without its quotation marks. */
const example = (field) => field.example.replace(/^"(.*)"$/, "$1");

function select(field, words, none) {
  const picked = (event) => change(field, event.target.value || null);
  const value = current(field);
  const option = (word, label) => make("option", { value: word, selected: word === (value ?? "") }, label);
  const known = value === null || words.includes(value) ? words : [...words, value];
  return make("select", { ...ties(field), change: picked }, option("", none), ...known.map((word) => option(word, word)));
}

/** One of few words, side by side. */
function choice(field, words, none) {
  const id = idOf(field);
  const value = current(field) ?? field.default ?? "";
  const one = (word, label) => {
    const picked = () => change(field, word === (field.default ?? "") ? null : word);
    return make("label", {}, make("input", { type: "radio", name: id, value: word, checked: word === value, change: picked }), label);
  };
  const all = none === null ? words.map((word) => one(word, word)) : [one("", none), ...words.map((word) => one(word, word))];
  return make("div", { class: "choice", role: "radiogroup", "aria-labelledby": `${id}-label`, ...ties(field) }, ...all);
}

function area(field, value, read, hint) {
  const typed = (event) => change(field, read(event.target.value));
  const rows = Math.max(2, value.split("\n").length + 1);
  return make("textarea", { ...ties(field), class: "mono", rows, spellcheck: "false", placeholder: hint, input: typed }, value);
}

/** Ticks for the hosts that are in a list. */
function ticks(field) {
  const list = () => current(field) ?? [];
  const tick = (host) => {
    const toggled = (event) => {
      const names = hosts().map(({ name }) => name).filter((name) => (name === host ? event.target.checked : list().includes(name)));
      change(field, names.length ? names : null);
    };
    return make("label", {}, make("input", { type: "checkbox", checked: list().includes(host), change: toggled }), host);
  };
  const label = { role: "group", "aria-labelledby": `${idOf(field)}-label`, ...ties(field) };
  return make("div", { class: "ticks", ...label }, ...hosts().map(({ name }) => tick(name)));
}

/** Rows of a list of tables. */
function rows(field) {
  const box = make("div", { ...ties(field), role: "group", "aria-labelledby": `${idOf(field)}-label` });
  const list = () => structuredClone(current(field) ?? []);
  const put = (value) => change(field, value.length ? value : null);
  const draw = () => {
    const row = (values, nth) => {
      const cell = (part) => {
        const id = `${idOf(field)}-${nth}-${part.name}`;
        const typed = (event) => {
          const all = list();
          const words = event.target.value;
          all[nth][part.name] = part.kind === "number" ? numberOf(words) : words.trim() || null;
          put(all);
        };
        const attributes = { id, value: values[part.name], placeholder: example(part), title: part.help.replaceAll("`", "") };
        const mono = part.name === "name" ? null : "mono";
        return make("div", {}, make("label", { for: id }, part.label), make("input", { ...attributes, class: mono, autocomplete: "off", input: typed }));
      };
      const removed = () => {
        put(list().filter((_, at) => at !== nth));
        draw();
        box.querySelector(".add-row").focus();
      };
      const name = text("removeRow", { name: values.name ?? "" });
      const remove = make("button", { type: "button", class: "button quiet", "aria-label": name, title: name, click: removed }, "×");
      return make("div", { class: "row" }, ...state.forward.map(cell), remove);
    };
    const added = () => {
      put([...list(), Object.fromEntries(state.forward.map(({ name }) => [name, null]))]);
      draw();
      [...box.querySelectorAll(".row")].at(-1).querySelector("input").focus();
    };
    const add = make("button", { type: "button", class: "button add-row", click: added }, text("addRow"));
    box.replaceChildren(...list().map(row), add);
  };
  draw();
  return box;
}

function control(field) {
  const value = current(field);
  if (field.name === "default_host") return select(field, hosts().map(({ name }) => name), text("onlyHost"));
  if (field.hosts) return ticks(field);
  switch (field.kind) {
    case "word":
      if (field.name === "language") return select(field, field.words, text("system"));
      return choice(field, field.words, field.default === null ? text("default") : null);
    case "texts":
      return area(field, (value ?? []).join("\n"), (words) => (linesOf(words).length ? linesOf(words) : null), text("eachLine"));
    case "pairs": {
      const pair = (line) => {
        const [name, ...rest] = line.split("=");
        return [name.trim(), rest.join("=").trim()];
      };
      const read = (words) => (linesOf(words).length ? linesOf(words).map(pair) : null);
      const written = (value ?? []).map(([name, words]) => `${name}=${words}`).join("\n");
      return area(field, written, read, "OMP_NUM_THREADS=4");
    }
    case "tables":
      return rows(field);
    default:
      return input(field);
  }
}

const isGroup = (field) => (field.kind === "word" && field.name !== "language") || field.kind === "tables" || (field.hosts && field.kind === "texts");

function labelOf(field) {
  const id = `${idOf(field)}-label`;
  const label = isGroup(field) ? make("span", { class: "legend", id }, field.label) : make("label", { for: idOf(field), id }, field.label);
  return make("div", { class: "label" }, label, make("code", { class: "key" }, field.name));
}

function fieldOf(field) {
  const id = idOf(field);
  const help = make("p", { class: "help", id: `${id}-help` }, ...withCode(field.help));
  const error = make("p", { class: "error", id: `${id}-error`, hidden: true });
  if (field.kind === "flag") {
    const toggled = (event) => change(field, event.target.checked === field.default ? null : event.target.checked);
    const checked = current(field) ?? field.default;
    const box = make("input", { ...ties(field), type: "checkbox", class: "switch", role: "switch", checked, change: toggled });
    return make("div", { class: "field is-flag" }, box, labelOf(field), help, error);
  }
  const offers = make("div", { class: "offers", id: `${id}-offers`, hidden: true });
  return make("div", { class: `field ${widthOf(field)}` }, labelOf(field), control(field), offers, help, error);
}

function groupOf(group, nth) {
  const id = `group-${group.more ? "more-" : ""}${nth}`;
  const fields = group.fields.filter((field) => !(field.hosts && !hosts().length));
  const card = make("section", { class: "card", "aria-labelledby": id, "data-batch": group.batch }, make("h2", { id }, group.title));
  card.append(make("div", { class: "fields" }, ...fields.map(fieldOf)));
  return card;
}

/** Fields of batch jobs are there only for hosts that submit jobs, or that have values of them. */
function showBatch() {
  const groups = place ? state.host : state.top;
  const all = groups.flatMap((group) => group.fields);
  const launcher = all.find(({ name }) => name === "launcher");
  const isBatch = launcher && state.batch.includes(current(launcher) ?? launcher.default);
  for (const card of document.querySelectorAll("[data-batch]")) {
    const inputs = [...card.querySelectorAll("[data-key]")];
    const isSet = inputs.some(({ dataset }) => current(all.find(({ name }) => name === dataset.key)) !== null);
    card.hidden = !isBatch && !isSet;
  }
  for (const field of all.filter(({ name }) => OF_LAUNCHER[name])) {
    const isOther = (current(launcher) ?? launcher.default) !== OF_LAUNCHER[field.name];
    byId(idOf(field)).closest(".field").hidden = isOther && current(field) === null;
  }
}

