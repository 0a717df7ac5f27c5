// --- pages -----------------------------------------------------------------------------------------------------

/** A form of groups. What is put in stands below the first one. */
function form(groups, putIn = null) {
  const plain = groups.filter((group) => !group.more);
  const more = groups.filter((group) => group.more);
  const saved = (event) => {
    event.preventDefault();
    save();
  };
  const element = make("form", { novalidate: true, submit: saved, id: "form" }, ...plain.map(groupOf));
  if (putIn) element.firstElementChild.after(putIn);
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
  const share = make("button", { class: "button quiet", id: "share", click: () => shareSetUp(host.name) }, text("share"));
  const remove = make("button", { class: "button quiet danger", id: "remove", click: () => askToRemove(host.name) }, text("remove"));
  const choices = make("div", { class: "choices", id: "choices" });
  return [title, make("div", { id: "checked" }), form(state.host, choices), make("div", { class: "foot" }, share, remove)];
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
  parts.push(sharedCard());
  return parts;
}

/** A set-up of another user. */
function sharedCard() {
  const pasted = make("textarea", {
    id: "import", class: "mono", rows: 5, spellcheck: "false", placeholder: '[[host]]\nname = "gpu01"',
    "aria-labelledby": "import-label", "aria-describedby": "import-help import-error",
  });
  const added = (event) => {
    event.preventDefault();
    if (pasted.value.trim()) add(null, pasted.value);
  };
  return make("form", { class: "card", submit: added },
    make("h2", { id: "import-label" }, text("addShared")),
    pasted,
    make("p", { class: "help", id: "import-help" }, ...withCode(text("addSharedText"))),
    make("p", { class: "error", id: "import-error", hidden: true }),
    make("button", { class: "button" }, text("addButton")));
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
  if (place) {
    drawCheck(place);
    drawChoices(place);
  }
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
  (place === null ? byId("destination") : byId("main")).focus({ preventScroll: true });
}

