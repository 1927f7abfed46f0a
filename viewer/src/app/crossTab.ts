// Other tabs of the same server: what one changes in the history, all show.

/** Calls `changed` when another tab has changed something, or this one comes to the fore; returns what tells the others. */
export function crossTab(changed: () => void): () => void {
  const channel = new BroadcastChannel("fathom-history");
  channel.addEventListener("message", changed);
  // The command line and other browsers make readings too.
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && changed());
  return () => channel.postMessage("changed");
}
