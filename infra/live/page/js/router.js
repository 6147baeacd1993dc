// What the page shows has an address: #run, #order/ID, #service/NAME, #queue/NAME, #topic/NAME, #table/NAME/KEY, #lessons,
// #lesson/NAME, #comparison.

/** The address of a part of the page, for a link. */
export const address = (kind, ...names) => `#${[kind, ...names].map(encodeURIComponent).join("/")}`;

/**
 * Calls the route of the address at each change: `routes` has a function for each kind, which gets the names.
 * `views` has the functions of addresses without a name.
 */
export class Router {
  constructor(routes, views) {
    Object.assign(this, { routes, views });
    addEventListener("hashchange", () => this.open());
  }

  /** Follows the present address. Returns false if it names no part of the page. */
  open() {
    const [kind, ...names] = location.hash.slice(1).split("/").map(decode);
    const known = names.length ? this.routes : this.views;
    if (!Object.hasOwn(known, kind)) return false;
    known[kind](...names);
    return true;
  }

  /** Opens a part of the page, as a link to it would. */
  go(kind, ...names) {
    const wanted = address(kind, ...names);
    if (location.hash === wanted) this.open();
    else location.hash = wanted;
  }
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
