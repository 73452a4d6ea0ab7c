// The token of whoever is logged in, from the site. Knows nothing of sockets.

/** What the page was given by the template. */
export const given = (id) => JSON.parse(document.getElementById(id).textContent);

/**
 * A token is refused as soon as the password is another one; the new session's cookie comes to this browser a moment later,
 * with the answer to the window in which it was changed. Whoever asks with the old one is logged out in all windows.
 */
const NEW_SESSION_MS = 2000;

/** For `HandselSocket` and `HandselApi`: the site's own session says who asks. */
export async function getToken({ refused = "" } = {}) {
  if (refused) await new Promise((resolve) => setTimeout(resolve, NEW_SESSION_MS));
  const answer = await fetch(given("handsel").token_url, {
    method: "POST",
    headers: { "X-CSRFToken": document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "" },
    body: new URLSearchParams({ refused: refused ?? "" }),
  });
  if (answer.redirected || answer.status === 403) return null; // logged out meanwhile
  if (!answer.ok) throw new Error("no token at the moment");
  return (await answer.json()).token;
}
