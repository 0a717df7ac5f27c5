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
    byId("main").focus({ preventScroll: true });
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
    (byId(focused) ?? byId("main")).focus({ preventScroll: true });
    say(text("saved"));
  } else {
    showErrors();
    showBar();
  }
}

/** Adds a host by its destination, or those of a text. */
async function add(destination, shared = null) {
  const before = new Set(hosts().map(({ name }) => name));
  const made = shared === null ? { kind: "add", destination } : { kind: "import", text: shared };
  if (await send(made)) {
    draft.clear();
    place = hosts().map(({ name }) => name).find((name) => !before.has(name)) ?? "";
    draw();
    scrollTo(0, 0);
    byId("main").focus({ preventScroll: true });
    say(text("added", { host: place }));
    return;
  }
  const field = shared === null ? "destination" : "import";
  const error = byId(`${field}-error`);
  if (errors.length && error) {
    error.textContent = errors.map(({ message, remedy }) => `${message}. ${remedy ?? ""}`).join(" ");
    error.hidden = false;
    byId(field).focus();
  }
}

/** Shows what of a host's settings can be given away, and what was left out. */
async function shareSetUp(host) {
  if (draft.size) return say(text("saveFirst"));
  const response = await post("/share", { host }).catch(() => null);
  if (!response?.ok) return say(text("failed"));
  const shared = await response.json();
  const dialog = byId("dialog");
  const area = make("textarea", { class: "mono", id: "shared", readonly: true, rows: Math.min(16, shared.text.split("\n").length), "aria-labelledby": "dialog-title" }, shared.text);
  const copied = async () => {
    area.select();
    await navigator.clipboard.writeText(shared.text).catch(() => document.execCommand("copy"));
    dialog.close();
    say(text("copied"));
  };
  const leftOut = shared.leftOut.map((one) => make("li", { class: "mono" }, one));
  dialog.replaceChildren(
    make("h2", { id: "dialog-title" }, text("shareTitle", { host })),
    make("p", {}, text("shareText")),
    area,
    ...(leftOut.length ? [make("p", { class: "help" }, text("shareLeftOut")), make("ul", { class: "help" }, ...leftOut)] : []),
    make("div", { class: "ends" },
      make("button", { class: "button", click: () => dialog.close() }, text("close")),
      make("button", { class: "button main", id: "accept", click: copied }, text("copy"))),
  );
  dialog.showModal();
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
      byId("main").focus({ preventScroll: true });
      say(text("removed", { host }));
    }
  });
}

