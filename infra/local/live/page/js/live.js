// Server-sent events: the whole state each time, so that a lost connection costs nothing but the time.

/** Calls `hear.map`, `hear.state` and `hear.connection` with what comes. */
export function listen(hear) {
  const source = new EventSource("/_choreo/api/events");
  source.addEventListener("open", () => hear.connection("live"));
  source.addEventListener("map", (event) => hear.map(JSON.parse(event.data)));
  source.addEventListener("state", (event) => hear.state(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    hear.connection("lost");
    // The browser tries again by itself, but for a connection that was refused for good.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => (source.close(), listen(hear)), 1000);
  });
}
