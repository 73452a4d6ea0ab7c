// The HTTP API of Handsel as methods. Knows nothing of sockets or the DOM.

/** @import { ConversationRow, Listing, ListingKind, Person, TimelinePage, User } from "./types.js" */

/**
 * What a refusal says of one field: `pointer` is its JSON pointer, `/title` for instance.
 *
 * @typedef {{ pointer: string, code: string, detail: string }} FieldError
 *
 * What of its surroundings the client uses; tests give their own.
 * @typedef {{
 *   fetch: (url: string, init: RequestInit) => Promise<Response>,
 *   setTimeout: (callback: () => void, ms: number) => unknown,
 *   clearTimeout: (timer: any) => void,
 * }} ApiEnvironment
 *
 * @typedef {{ signal?: AbortSignal }} RequestOptions
 */

/** How long a request may take, its answer's body included. */
export const REQUEST_TIMEOUT_MS = 20_000;

/** A request that was refused, or could not be made. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 where there was no answer
   * @param {string} code the server's; `network` without an answer, `unavailable` where the answer is not Handsel's
   * @param {string} message
   * @param {{ errors?: FieldError[], retryAfterMs?: number, cause?: unknown }} [more]
   */
  constructor(status, code, message, { errors = [], retryAfterMs, cause } = {}) {
    super(message, { cause });
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    /** What is wrong with which field, with the code `invalid`. */
    this.errors = errors;
    /** How long to wait before it is tried again, where the server says so. */
    this.retryAfterMs = retryAfterMs;
  }
}

/** The HTTP API. Every method rejects with an {@link ApiError}; an aborted one with its signal's reason. */
export class HandselApi {
  #base;
  #getToken;
  /** @type {ApiEnvironment} */
  #environment;

  /**
   * @param {{
   *   url?: string,
   *   getToken: (ask: { refused?: string }) => string | null | Promise<string | null>,
   *   environment?: Partial<ApiEnvironment>,
   * }} options `url` is where Handsel is; its whole path is the prefix. Default: where the page is.
   *   `getToken` is asked before each request, and once more with `refused` where the server refused the token.
   */
  constructor({ url, getToken, environment = {} }) {
    this.#base = baseAddress(url);
    this.#getToken = getToken;
    this.#environment = {
      fetch: (address, init) => fetch(address, init),
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (timer) => clearTimeout(timer),
      ...environment,
    };
  }

  /**
   * @param {{ username: string, password: string, first_name?: string, last_name?: string }} account
   * @param {RequestOptions} [options]
   * @returns {Promise<User>}
   */
  register(account, options) {
    return this.#send("POST", "api/auth/register/", account, null, options);
  }

  /**
   * @param {{ username: string, password: string }} credentials
   * @param {RequestOptions} [options]
   * @returns {Promise<{ token: string, expires_at: string, user: User }>}
   */
  logIn({ username, password }, options) {
    return this.#send("POST", "api/auth/login/", { username, password }, null, options);
  }

  /**
   * Revokes the token, which closes its sockets.
   *
   * @param {RequestOptions} [options]
   * @returns {Promise<void>}
   */
  async logOut(options) {
    await this.#call("POST", "api/auth/logout/", undefined, options);
  }

  /**
   * @param {RequestOptions} [options]
   * @returns {Promise<User>}
   */
  me(options) {
    return this.#call("GET", "api/auth/user/", undefined, options);
  }

  /**
   * A page of the offers or needs, newest first.
   *
   * @param {ListingKind} kind
   * @param {string | null} [next] that of the page before
   * @param {RequestOptions} [options]
   * @returns {Promise<{ results: Listing[], next: string | null }>}
   */
  listings(kind, next, options) {
    return this.#call("GET", next ? below(next) : `api/${kind}s/`, undefined, options);
  }

  /**
   * @param {ListingKind} kind
   * @param {number} id
   * @param {RequestOptions} [options]
   * @returns {Promise<Listing>}
   */
  listing(kind, id, options) {
    return this.#call("GET", `api/${kind}s/${id}/`, undefined, options);
  }

  /**
   * @param {ListingKind} kind
   * @param {{ title: string, description?: string }} listing
   * @param {RequestOptions} [options]
   * @returns {Promise<Listing>}
   */
  publish(kind, listing, options) {
    return this.#call("POST", `api/${kind}s/`, listing, options);
  }

  /**
   * @param {ListingKind} kind
   * @param {number} id
   * @param {{ title?: string, description?: string, status?: "open" | "closed" }} changes
   * @param {RequestOptions} [options]
   * @returns {Promise<Listing>} as it is now
   */
  change(kind, id, changes, options) {
    return this.#call("PATCH", `api/${kind}s/${id}/`, changes, options);
  }

  /**
   * A page of the user's conversations, newest entry first.
   *
   * @param {string | null} [next] that of the page before
   * @param {RequestOptions} [options]
   * @returns {Promise<{ results: ConversationRow[], next: string | null }>}
   */
  conversations(next, options) {
    return this.#call("GET", next ? below(next) : "api/conversations/", undefined, options);
  }

  /**
   * Blocks a user, or takes that back.
   *
   * @param {number} user
   * @param {boolean} blocked
   * @returns {Promise<void>}
   */
  async block(user, blocked) {
    await this.#call(blocked ? "PUT" : "DELETE", `api/blocks/${user}/`, undefined, {});
  }

  /**
   * Whom the user has blocked: the first page.
   *
   * @returns {Promise<{ results: { user: Person, created_at: string }[], next: string | null }>}
   */
  blocks() {
    return this.#call("GET", "api/blocks/?limit=100", undefined, {});
  }

  /**
   * A page of a conversation's timeline, oldest first; without bounds the newest one.
   *
   * @param {string} conversation
   * @param {{ before?: number, after?: number, limit?: number } & RequestOptions} [bounds]
   * @returns {Promise<TimelinePage>}
   */
  timeline(conversation, { signal, ...bounds } = {}) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(bounds)) {
      if (value !== undefined) query.set(name, String(value));
    }
    const path = `api/conversations/${encodeURIComponent(conversation)}/timeline/?${query}`;
    return this.#call("GET", path, undefined, { signal });
  }

  /**
   * With the user's token, and a fresh one where that is refused.
   *
   * @param {string} method
   * @param {string} path
   * @param {object | undefined} body
   * @param {RequestOptions | undefined} options
   * @returns {Promise<any>}
   */
  async #call(method, path, body, options) {
    const token = await this.#token({});
    try {
      return await this.#send(method, path, body, token, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const fresh = await this.#getToken({ refused: token });
      if (!fresh || fresh === token) throw error;
      return await this.#send(method, path, body, fresh, options);
    }
  }

  /** @param {{ refused?: string }} ask */
  async #token(ask) {
    const token = await this.#getToken(ask);
    if (!token) throw new ApiError(401, "token_required", "Nobody is logged in.");
    return token;
  }

  /**
   * @param {string} method
   * @param {string} path below the base address
   * @param {object | undefined} body
   * @param {string | null} token
   * @param {RequestOptions} [options]
   * @returns {Promise<any>}
   */
  async #send(method, path, body, token, { signal } = {}) {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = this.#environment.setTimeout(abort, REQUEST_TIMEOUT_MS);
    signal?.addEventListener("abort", abort);
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    try {
      const response = await this.#environment.fetch(new URL(path, this.#base).href, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal: controller.signal,
      });
      if (method === "DELETE" && response.status === 204) return null;
      const text = await response.text();
      return answer(response, text);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ApiError) throw error;
      throw new ApiError(0, "network", "The server cannot be reached.", { cause: error });
    } finally {
      this.#environment.clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

/** @param {string | undefined} url */
function baseAddress(url) {
  if (url === undefined) return new URL(".", document.baseURI);
  const base = new URL(url, globalThis.document?.baseURI);
  base.protocol = base.protocol.replace(/^ws/, "http");
  base.pathname = base.pathname.replace(/\/?$/, "/");
  return base;
}

/**
 * A `next` is a path of the server's, with the prefix that the server knows of and without one that a proxy takes away;
 * and never an address elsewhere: the token goes with it.
 *
 * @param {string} next
 */
function below(next) {
  const { pathname, search } = new URL(next, "http://handsel.invalid/");
  return `.${pathname.slice(Math.max(0, pathname.lastIndexOf("/api/")))}${search}`;
}

/**
 * @param {Response} response
 * @param {string} text
 * @returns {unknown}
 */
function answer(response, text) {
  const value = parsed(text);
  if (response.ok && value) return value;
  const { code, title, detail, errors } = /** @type {Record<string, any>} */ (value ?? {});
  const known = !response.ok && typeof code === "string";
  const said = detail ?? title;
  throw new ApiError(
    response.status,
    known ? code : "unavailable",
    known && typeof said === "string" ? said : `The server answered ${response.status}.`,
    { errors: known && Array.isArray(errors) ? errors : [], retryAfterMs: waitMs(response.headers.get("Retry-After")) },
  );
}

/**
 * Every answer of Handsel's is an object. What is none comes from something in between.
 *
 * @param {string} text
 * @returns {object | undefined}
 */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string | null} seconds */
function waitMs(seconds) {
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
