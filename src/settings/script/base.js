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

