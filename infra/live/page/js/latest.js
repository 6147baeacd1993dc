// Runs one request at a time, and makes sure that the last one uses the newest arguments.

/** Wraps `work`: calls during a running call are merged into one later call with the last arguments. */
export function latest(work) {
  let running = false;
  let next = null;
  return async function run(...given) {
    if (running) {
      next = given;
      return;
    }
    running = true;
    try {
      await work(...given);
    } finally {
      running = false;
      const left = next;
      next = null;
      if (left) run(...left);
    }
  };
}
