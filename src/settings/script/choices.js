// --- what a host offers ----------------------------------------------------------------------------------------

/** What each host has said; "asking" while it is asked. */
const offered = new Map();
/** Offers that are shown as buttons; the others are in the list of the input. */
const SHOWN = 10;

async function askChoices(host) {
  if (draft.size) return say(text("saveFirst"));
  offered.set(host, "asking");
  drawChoices(host);
  const response = await post("/choices", { host }).catch(() => null);
  if (!response?.ok) hearChoices({ kind: "noChoices", host, text: text("failed"), remedy: "" });
}

function hearChoices(event) {
  if (event.kind === "choices") {
    offered.set(event.host, event);
    if (event.isEmpty) say(text("noChoices", { host: event.host }));
  } else {
    offered.delete(event.host);
    say(`${event.text} ${event.remedy}`.trim());
  }
  drawChoices(event.host);
}

/** Puts an offer into its field: in place of what is there, or as one more line. */
function take(key, name) {
  const field = byId(`field-${key}`);
  const isList = field.tagName === "TEXTAREA";
  const lines = linesOf(field.value);
  if (isList && lines.includes(name)) return;
  field.value = isList ? [...lines, name].join("\n") : name;
  field.dispatchEvent(new Event("input"));
  field.focus();
}

function offersOf(key, choices, host) {
  const all = choices[key] ?? [];
  const chip = ({ name, hint }) =>
    make("button", { type: "button", class: "chip", click: () => take(key, name) }, name, hint ? make("span", {}, hint) : null);
  const parts = all.slice(0, SHOWN).map(chip);
  const modules = key === "setup" ? choices.modules : [];
  if (modules.length) {
    const picked = (event) => {
      if (event.target.value) take(key, event.target.value);
      event.target.value = "";
    };
    const options = modules.map((name) => make("option", { value: name }, name.replace("module load ", "")));
    parts.push(make("select", { class: "chip", "aria-label": text("addModule"), change: picked }, make("option", { value: "" }, text("addModule")), ...options));
  }
  const label = make("span", { class: "unseen" }, text("offers", { host }));
  return parts.length ? [label, ...parts] : [];
}

/** The whole list, for what is typed. */
function listFor(key, choices) {
  const field = byId(`field-${key}`);
  if (field.tagName !== "INPUT" || !choices[key]?.length) return null;
  field.setAttribute("list", `list-${key}`);
  return make("datalist", { id: `list-${key}` }, ...choices[key].map(({ name, hint }) => make("option", { value: name }, hint)));
}

function drawChoices(host) {
  const box = byId("choices");
  if (!box || place !== host) return;
  const choices = offered.get(host);
  const isAsking = choices === "asking";
  const name = isAsking ? "askingChoices" : "askChoices";
  box.replaceChildren(
    make("button", { type: "button", class: "button", id: "ask-choices", disabled: isAsking, click: () => askChoices(host) }, text(name, { host })),
    make("p", { class: "help" }, text("askChoicesHelp")),
  );
  for (const key of ["queue", "parallel_environment", "options", "setup"]) {
    const place = byId(`field-${key}-offers`);
    const parts = choices && !isAsking ? offersOf(key, choices, host) : [];
    place.replaceChildren(...[...parts, parts.length ? listFor(key, choices) : null].filter((part) => part));
    place.hidden = !parts.length;
  }
}

