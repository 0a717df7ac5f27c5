// The settings page. The server says which fields there are, what they hold and every text; this puts them in place, and
// sends back what the user changed. Nothing becomes markup: each text is a node of its own.
"use strict";

const token = document.querySelector("meta[name=settings-token]").content;
const byId = (id) => document.getElementById(id);
/** What the server said last: fields, values, texts. */
let state = null;
/** The page that is shown: a host's name, "" for the general settings, null for a new host. */
let place = "";
/** The values of the form that differ from the file's, by their keys. */
let draft = new Map();
/** Reasons of the last refusal. */
let errors = [];
/** The lines of each host's check. */
const checks = new Map();
let isOver = false;

// --- small helpers ---------------------------------------------------------------------------------------------

/** Makes an element. Attributes that are functions listen, those that are null or false are left out. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function text(name, put = {}) {
  return state.texts[name].replace(/\{(\w+)\}/g, (whole, key) => put[key] ?? whole);
}

/** Marks what stands between backquotes, which is to be typed as it is. */
function withCode(words) {
  return words.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part));
}

let toastEnds;
function say(words) {
  byId("toast").textContent = words;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => (byId("toast").textContent = ""), 6000);
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json", "X-Settings-Token": token };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// --- values ----------------------------------------------------------------------------------------------------

const hosts = () => state.values.host ?? [];
const hostOf = (name) => hosts().find((host) => host.name === name);

/** The file's value of a field, in the form that the page sends; null where it has none. */
function fromFile(field) {
  const table = place ? hostOf(place) : state.values;
  const value = table?.[field.name];
  if (value === undefined || value === null) return null;
  if (field.kind === "pairs") return Object.entries(value);
  if (field.kind === "tables") {
    return value.map((row) => Object.fromEntries(state.forward.map(({ name }) => [name, row[name] ?? null])));
  }
  return value;
}

const current = (field) => (draft.has(field.name) ? draft.get(field.name) : fromFile(field));

function change(field, value) {
  if (same(value, fromFile(field))) draft.delete(field.name);
  else draft.set(field.name, value);
  if (field.name === "launcher") showBatch();
  showBar();
}

function numberOf(words) {
  const plain = words.trim();
  if (!plain) return null;
  return /^\d{1,15}$/.test(plain) ? Number(plain) : plain;
}

const linesOf = (words) => words.split("\n").map((line) => line.trim()).filter((line) => line);

// --- fields ----------------------------------------------------------------------------------------------------

const SHORT = new Set(["cores", "memory", "gpus"]);
const MEDIUM = new Set([
  "name", "ssh", "queue", "walltime", "parallel_environment", "app", "base_url", "local_port", "remote_port", "idle_stop",
  "language", "default_host", "browser", "poll_seconds", "job_script",
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
  return make("div", { class: `field ${widthOf(field)}` }, labelOf(field), control(field), help, error);
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

// --- pages -----------------------------------------------------------------------------------------------------

function form(groups) {
  const plain = groups.filter((group) => !group.more);
  const more = groups.filter((group) => group.more);
  const saved = (event) => {
    event.preventDefault();
    save();
  };
  const element = make("form", { novalidate: true, submit: saved, id: "form" }, ...plain.map(groupOf));
  if (more.length) {
    element.append(make("details", { class: "more" }, make("summary", {}, text("more")), ...more.map(groupOf)));
  }
  // Return in a field saves.
  element.append(make("button", { type: "submit", class: "unseen", tabindex: "-1", "aria-hidden": "true" }, text("save")));
  return element;
}

function hostPage(host) {
  const ssh = host.ssh ?? host.name;
  const check = make("button", { class: "button", id: "check", click: () => startCheck(host.name) }, text("check"));
  const title = make("div", { class: "title" }, make("h1", {}, host.name), check, make("p", { class: "mono" }, `ssh ${ssh}`));
  const remove = make("button", { class: "button quiet danger", id: "remove", click: () => askToRemove(host.name) }, text("remove"));
  return [title, make("div", { id: "checked" }), form(state.host), make("div", { class: "foot" }, remove)];
}

function generalPage() {
  return [make("div", { class: "title" }, make("h1", {}, text("general"))), form(state.top)];
}

function addPage() {
  const title = hosts().length ? text("add") : text("welcome");
  const parts = [make("div", { class: "title" }, make("h1", {}, title)), make("p", { class: "lead" }, text("addIntro"))];
  const alias = (name) => make("li", {}, make("button", { "aria-label": text("addAlias", { host: name }), click: () => add(name) }, name));
  const aliases = state.aliases.length
    ? make("ul", { class: "aliases" }, ...state.aliases.map(alias))
    : make("p", { class: "help" }, text("addNone"));
  parts.push(make("section", { class: "card" }, make("h2", {}, text("addAliases")), aliases));
  const typed = make("input", {
    id: "destination", class: "mono", placeholder: "user@host.example.org", autocomplete: "off", spellcheck: "false",
    "aria-describedby": "destination-error", "aria-labelledby": "destination-label",
  });
  const added = (event) => {
    event.preventDefault();
    if (typed.value.trim()) add(typed.value.trim());
  };
  parts.push(
    make(
      "form", { class: "card", submit: added },
      make("h2", { id: "destination-label" }, text("addOther")),
      make("div", { class: "typed" }, typed, make("button", { class: "button main" }, text("addButton"))),
      make("p", { class: "error", id: "destination-error", hidden: true }),
    ),
  );
  return parts;
}

function nav() {
  const item = (to, label, tag, kind) => {
    const current = to === place ? "page" : null;
    const children = [make("span", { class: "name" }, label), tag ? make("span", { class: "tag" }, tag) : null];
    return make("li", {}, make("button", { "aria-current": current, class: kind, click: () => go(to) }, ...children));
  };
  const hostItem = ({ name, launcher }) => item(name, name, launcher && launcher !== "direct" ? launcher : null);
  byId("nav").replaceChildren(
    make("h2", {}, text("hosts")),
    make("ul", {}, ...hosts().map(hostItem), item(null, `+ ${text("add")}`, null, "add")),
    make("ul", { class: "apart" }, item("", text("general"))),
  );
}

function notice(title, words, button) {
  byId("nav").replaceChildren();
  byId("bar").hidden = true;
  const again = () => location.reload();
  byId("main").replaceChildren(
    make("div", { class: "card notice", role: "alert" }, make("h1", {}, title), make("p", {}, ...withCode(words)),
      button ? make("button", { class: "button main", click: again }, text("loadAgain")) : null),
  );
}

function draw() {
  document.documentElement.lang = state.language;
  document.title = `${text("title")} – Remote Jupyter`;
  byId("file").textContent = state.file;
  byId("file").title = text("file");
  byId("nav").setAttribute("aria-label", text("title"));
  if (state.broken) {
    notice(text("broken"), text("brokenText"), true);
    byId("main").querySelector("p").after(make("pre", { class: "mono help" }, state.broken));
    return;
  }
  if (place && !hostOf(place)) place = "";
  if (place === "" && !hosts().length) place = null;
  nav();
  const page = place === null ? addPage() : place ? hostPage(hostOf(place)) : generalPage();
  byId("main").replaceChildren(...page);
  if (place) drawCheck(place);
  showBatch();
  showErrors();
  showBar();
}

function go(to) {
  if (draft.size && !confirm(text("leave"))) return;
  draft.clear();
  errors = [];
  place = to;
  draw();
  scrollTo(0, 0);
  (place === null ? byId("destination") : byId("main")).focus();
}

// --- saving ----------------------------------------------------------------------------------------------------

function showBar() {
  const bar = byId("bar");
  bar.hidden = !draft.size;
  bar.classList.toggle("bad", errors.length > 0);
  if (!draft.size) return;
  const discarded = () => {
    draft.clear();
    errors = [];
    draw();
    byId("main").focus();
  };
  if (bar.childElementCount) {
    bar.querySelector("p").textContent = text(errors.length ? "notSaved" : "unsaved");
    return;
  }
  bar.replaceChildren(
    make("p", {}, text(errors.length ? "notSaved" : "unsaved")),
    make("button", { class: "button quiet", id: "discard", click: discarded }, text("discard")),
    make("button", { class: "button main", id: "save", click: save }, text("save")),
  );
}

function showErrors() {
  for (const element of document.querySelectorAll("#form .error")) element.hidden = true;
  for (const element of document.querySelectorAll("[aria-invalid]")) element.removeAttribute("aria-invalid");
  const elsewhere = [];
  for (const error of errors) {
    const field = error.key && byId(`field-${error.key}`);
    const place = error.key && byId(`field-${error.key}-error`);
    if (!place) {
      elsewhere.push(error);
      continue;
    }
    // The field says already which key it is.
    const message = error.message.replace(`${error.key}: `, "");
    place.replaceChildren(make("strong", {}, message), make("span", {}, ...withCode(error.remedy ?? "")));
    place.hidden = false;
    field.setAttribute("aria-invalid", "true");
    const details = field.closest("details");
    if (details) details.open = true;
    const card = field.closest("[data-batch]");
    if (card) card.hidden = false;
  }
  if (elsewhere.length) say(elsewhere.map(({ message, remedy }) => `${message} ${remedy ?? ""}`).join("\n"));
  document.querySelector("[aria-invalid=true]")?.focus();
}

/** Sends a change. Returns true if the file has it now. */
async function send(made) {
  const response = await post("/change", { version: state.version, change: made }).catch(() => null);
  errors = [];
  if (response?.ok) {
    state = await response.json();
    return true;
  }
  if (response?.status === 422) errors = (await response.json()).errors;
  else if (response?.status === 409) askToLoad();
  else say(text("failed"));
  return false;
}

async function save() {
  if (!draft.size) return;
  const keys = Object.fromEntries(draft);
  const language = state.language;
  if (await send({ kind: "set", host: place || null, keys })) {
    if (place && typeof keys.name === "string") place = keys.name;
    const opened = document.querySelector("details.more")?.open;
    const focused = document.activeElement?.id;
    draft.clear();
    if (state.language !== language) byId("bar").replaceChildren();
    draw();
    if (opened) document.querySelector("details.more").open = true;
    (byId(focused) ?? byId("main")).focus();
    say(text("saved"));
  } else {
    showErrors();
    showBar();
  }
}

async function add(destination) {
  const before = new Set(hosts().map(({ name }) => name));
  if (await send({ kind: "add", destination })) {
    draft.clear();
    place = hosts().map(({ name }) => name).find((name) => !before.has(name)) ?? "";
    draw();
    scrollTo(0, 0);
    byId("main").focus();
    say(text("added", { host: place }));
    return;
  }
  const error = byId("destination-error");
  if (errors.length && error) {
    error.textContent = errors.map(({ message, remedy }) => `${message}. ${remedy ?? ""}`).join(" ");
    error.hidden = false;
    byId("destination").focus();
  }
}

function ask(title, words, yes, kind, done) {
  const dialog = byId("dialog");
  const close = () => dialog.close();
  const accepted = () => {
    dialog.close();
    done();
  };
  dialog.replaceChildren(
    make("h2", { id: "dialog-title" }, title),
    make("p", {}, words),
    make("div", { class: "ends" },
      make("button", { class: "button", click: close }, text("cancel")),
      make("button", { class: `button main ${kind}`, id: "accept", click: accepted }, yes)),
  );
  dialog.showModal();
}

function askToLoad() {
  ask(text("title"), text("changed"), text("loadAgain"), "", () => load(true));
}

function askToRemove(host) {
  ask(text("removeAsk", { host }), text("removeText"), text("removeYes"), "danger", async () => {
    if (await send({ kind: "remove", host })) {
      draft.clear();
      place = hosts()[0]?.name ?? "";
      draw();
      byId("main").focus();
      say(text("removed", { host }));
    }
  });
}

// --- the check of a host ---------------------------------------------------------------------------------------

async function startCheck(host) {
  if (draft.size) return say(text("saveFirst"));
  checks.set(host, { lines: [], asks: false, end: null });
  drawCheck(host);
  const response = await post("/check", { host }).catch(() => null);
  if (response?.ok) return;
  checks.delete(host);
  drawCheck(host);
  say(text("failed"));
}

const MARKS = { ok: "✓", note: "·", failed: "✗" };

function drawCheck(host) {
  const box = byId("checked");
  if (!box || place !== host) return;
  const check = checks.get(host);
  byId("check").disabled = Boolean(check && !check.end);
  if (!check) return box.replaceChildren();
  const name = check.end ? (check.end.good ? "checkedGood" : "checkedBad") : "checking";
  const seconds = (value) => text("seconds", { seconds: value < 9.95 ? value.toFixed(1) : Math.round(value) });
  const verdict = { ok: "verdictGood", note: "verdictNote", failed: "verdictFailed" };
  const line = ({ verdict: word, text: all, remedy, seconds: took }) => {
    const [first, ...others] = all.split("\n");
    return make("li", { class: word },
      make("span", { class: "mark", "aria-hidden": "true" }, MARKS[word]),
      make("span", { class: "said" }, make("span", { class: "unseen" }, `${text(verdict[word])}: `), make("b", {}, first),
        others.length ? make("span", { class: "more-said" }, others.join("\n")) : null),
      make("span", { class: "took" }, took < 0.05 ? "" : seconds(took)),
      remedy ? make("p", { class: "remedy" }, ...withCode(remedy)) : null);
  };
  const stop = make("button", { class: "button", click: () => post("/check/stop", { host }) }, text("checkStop"));
  const head = make("div", { class: "head" },
    check.end ? null : make("span", { class: "spinner", "aria-hidden": "true" }),
    make("h2", { role: "status" }, text(name, { host })),
    check.end ? make("span", { class: "took" }, seconds(check.end.seconds)) : stop);
  const kind = check.end ? (check.end.good ? "good-end" : "bad-end") : "";
  box.replaceChildren(
    make("section", { class: `card check ${kind}`, "aria-live": "polite" }, head,
      make("ol", {}, ...check.lines.map(line)),
      check.asks ? make("p", { class: "asks", role: "alert" }, text("asks")) : null),
  );
}

function hear(event) {
  const check = checks.get(event.host);
  if (!check) return;
  if (event.kind === "check") check.lines.push(event);
  check.asks = event.kind === "asks";
  if (event.kind === "checked") check.end = event;
  drawCheck(event.host);
}

// --- beginning and end -----------------------------------------------------------------------------------------

async function load(drops) {
  const response = await fetch("/state").catch(() => null);
  if (!response?.ok) return over();
  const loaded = await response.json();
  if (!drops && draft.size) return;
  if (state && !drops && loaded.version === state.version && !loaded.broken) return;
  const isFirst = state === null;
  state = loaded;
  draft.clear();
  errors = [];
  if (isFirst) place = hosts()[0]?.name ?? "";
  draw();
}

/** The server has ended: nothing can be saved any more. */
function over() {
  if (isOver || !state) return;
  isOver = true;
  draft.clear();
  stream.close();
  notice(text("closed"), text("closedText"), false);
}

const stream = new EventSource("/events");
stream.onmessage = ({ data }) => hear(JSON.parse(data));
stream.onerror = () => {
  // The browser tries again by itself, unless the server has refused.
  fetch("/state").then((response) => response.ok || over(), over);
};
addEventListener("beforeunload", (event) => {
  if (draft.size) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && state && !isOver) load(false);
});
addEventListener("focus", () => {
  if (state && !isOver) load(false);
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    save();
  }
});
load(true);
