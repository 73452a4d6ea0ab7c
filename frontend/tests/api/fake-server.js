// A fetch that answers as it is told and remembers what it was asked. Knows nothing of the API.

import { HandselApi } from "../../src/api.js";

/** An API over a fake fetch; `answers` are given in order, each a Response, an error to throw or a function. */
export function apiWith({ answers = [], tokens = ["token-1"], url = "https://talk.example.org/" } = {}) {
  const requests = [];
  const asked = [];
  const timers = new Map();
  const api = new HandselApi({
    url,
    getToken: (ask) => {
      asked.push(ask);
      return tokens.length > 1 ? tokens.shift() : tokens[0];
    },
    environment: {
      fetch: async (address, init) => {
        requests.push({ url: address, ...init, body: init.body && JSON.parse(init.body) });
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return typeof answer === "function" ? answer(init) : answer;
      },
      setTimeout: (callback, ms) => {
        const timer = Symbol("timer");
        timers.set(timer, { callback, ms });
        return timer;
      },
      clearTimeout: (timer) => timers.delete(timer),
    },
  });
  return { api, requests, asked, timers };
}

/** What the server answers when all is well. */
export function ok(body, status = 200) {
  return Response.json(body, { status });
}

/** What the server answers when not. */
export function problem(status, body, headers = {}) {
  const type = { "Content-Type": "application/problem+json" };
  return new Response(JSON.stringify(body), { status, headers: { ...type, ...headers } });
}

/** An answer that never comes; it ends as a fetch does when it is aborted. */
export function never({ signal }) {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("Aborted", "AbortError")));
  });
}
