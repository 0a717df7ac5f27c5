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
