// --- the check of a host ---------------------------------------------------------------------------------------

async function startCheck(host) {
  if (draft.size) return say(text("saveFirst"));
  checks.set(host, { lines: [], asks: false, end: null });
  drawCheck(host);
  scrollTo(0, 0);
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
  if (event.kind === "choices" || event.kind === "noChoices") return hearChoices(event);
  if (event.kind === "asks" && offered.get(event.host) === "asking") say(text("asks"));
  const check = checks.get(event.host);
  if (!check) return;
  if (event.kind === "check") check.lines.push(event);
  check.asks = event.kind === "asks";
  if (event.kind === "checked") check.end = event;
  drawCheck(event.host);
}

