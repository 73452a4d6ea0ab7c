// What the manager takes from around it: sockets, time, chance, the browser's events. Tests give others. Knows nothing
// of what is done with it.

/**
 * A WebSocket, as far as it is used.
 *
 * @typedef {{
 *   onmessage: ((event: { data: unknown }) => void) | null,
 *   onclose: ((event: { code: number, reason: string }) => void) | null,
 *   send(text: string): void,
 *   close(code?: number): void,
 * }} Wire
 *
 * @typedef {Pick<EventTarget, "addEventListener" | "removeEventListener">} Listenable
 *
 * @typedef {{
 *   WebSocket: new (url: string, protocols: string[]) => Wire,
 *   now: () => number,
 *   setTimeout: (run: () => void, ms: number) => unknown,
 *   clearTimeout: (handle: any) => void,
 *   random: () => number,
 *   crypto: { randomUUID?: () => string, getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => unknown },
 *   window: Listenable | null,
 *   document: (Listenable & { readonly visibilityState: string }) | null,
 *   base: string | null,
 * }} Environment  `now` is wall-clock time in milliseconds; `base` the page's own address; there is neither a window
 *   nor a document in every place where there are sockets.
 */

/**
 * What there really is, but for what is given.
 *
 * @param {Partial<Environment>} [given]
 * @returns {Environment}
 */
export function environmentOf(given = {}) {
  const here = globalThis;
  /** @type {Document | undefined} */
  const page = here.document;
  return {
    WebSocket: /** @type {Environment["WebSocket"]} */ (/** @type {unknown} */ (here.WebSocket)),
    now: () => Date.now(),
    setTimeout: (run, ms) => here.setTimeout(run, ms),
    clearTimeout: (handle) => here.clearTimeout(handle),
    random: () => Math.random(),
    crypto: here.crypto,
    window: typeof here.addEventListener === "function" ? here : null,
    document: page ?? null,
    base: page?.baseURI ?? here.location?.href ?? null,
    ...given,
  };
}
