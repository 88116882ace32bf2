// What changes on a page is asked for again as things happen. Without this, a page is read again by hand.
"use strict";

const refresh = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = page.getElementById(old.id);
    // Whoever is at work in it is not disturbed: it waits for the next time.
    const busy = old.contains(document.activeElement) || old.querySelector("details[open]");
    if (next && !busy && !old.isEqualNode(next)) old.replaceWith(document.adoptNode(next));
  }
};

let running = false;
let again = false;
const changed = async () => {
  if (running || document.hidden) {
    again = true;
    return;
  }
  running = true;
  again = false;
  try {
    await refresh();
  } catch {
    // The mock may be gone: the next event says that it is back.
  }
  running = false;
  if (again) changed();
};

if (document.querySelector("[data-live]")) {
  const events = new EventSource("/_mock/ui/events");
  // The first says that it listens; the page is new then.
  let first = true;
  events.addEventListener("changed", () => {
    if (!first) changed();
    first = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && again) changed();
  });
  addEventListener("pagehide", () => events.close());
}
