// Runs before any script of a page: says on the console what a page must never do, so that it outlives a reload.
// Knows nothing of which page it is.

(() => {
  const tell = (what, why) => console.error(`watched: ${what}: ${why}`);
  addEventListener("securitypolicyviolation", (event) => {
    tell("policy", `${event.effectiveDirective} forbids ${event.blockedURI || event.sample}`);
  });
  addEventListener("unhandledrejection", (event) => tell("rejection", event.reason?.stack ?? event.reason));
  addEventListener("error", (event) => {
    if (event instanceof ErrorEvent) tell("exception", event.error?.stack ?? event.message);
    else tell("resource", event.target?.src ?? event.target?.href);
  }, true);
  for (const name of ["alert", "confirm", "prompt"]) {
    window[name] = (text) => tell("dialog", `${name}(${text})`);
  }
})();
