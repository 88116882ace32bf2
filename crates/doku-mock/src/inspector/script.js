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
  again = running;
  if (running) return;
  running = true;
  try {
    await refresh();
  } catch {
    // The mock may be gone: the next event says that it is back.
  }
  running = false;
  if (again) changed();
};

// Only a page that is looked at listens: a browser has six connections to one host, for all its pages together. The first
// event comes at once, so that nothing is missed in between.
let events;
const listen = () => {
  events?.close();
  events = undefined;
  if (document.hidden) return;
  events = new EventSource("/_mock/ui/events");
  events.addEventListener("changed", changed);
};

if (document.querySelector("[data-live]")) {
  listen();
  document.addEventListener("visibilitychange", listen);
  addEventListener("pageshow", (event) => event.persisted && listen());
  addEventListener("pagehide", () => events?.close());
}
