// One request at a time, and never a stale last one.

/** `work`, so that calls during a call become one more after it, with what the last of them was given. */
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
