// Starts the site with what this browser stores. Knows nothing of what it shows.

import { Account } from "./account.js";
import { Site } from "./site.js";

const windowStorage = storage("sessionStorage");
const deviceStorage = storage("localStorage");

const site = new Site({
  account: new Account({ window: windowStorage, device: deviceStorage }),
  storage: windowStorage,
});
addEventListener("storage", (event) => {
  if (event.storageArea === deviceStorage) site.refresh();
});
site.start();

/**
 * A browser that is told to store nothing throws already when it is asked.
 *
 * @param {"sessionStorage" | "localStorage"} name
 * @returns {Storage | undefined}
 */
function storage(name) {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
}
