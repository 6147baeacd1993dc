// Receives server-sent events. Each event has the whole state, so a page may miss events while it is disconnected.

/** Calls `handlers.map` and `handlers.state` with new data, and `handlers.connection` with "live" or "lost". */
export function listen(handlers) {
  const source = new EventSource("/_choreo/api/events");
  source.addEventListener("open", () => handlers.connection("live"));
  source.addEventListener("map", (event) => handlers.map(JSON.parse(event.data)));
  source.addEventListener("state", (event) => handlers.state(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    handlers.connection("lost");
    // The browser reconnects by itself, except after an HTTP error: it then closes the source.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => (source.close(), listen(handlers)), 1000);
  });
}
