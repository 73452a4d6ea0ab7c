// The token of whoever is logged in, from the site. Knows nothing of sockets.

/** What the page was given by the template. */
export const given = (id) => JSON.parse(document.getElementById(id).textContent);

/** For `HandselSocket` and `HandselApi`: the site's own session says who asks. */
export async function getToken({ refused = "" } = {}) {
  const answer = await fetch(given("handsel").token_url, {
    method: "POST",
    headers: { "X-CSRFToken": document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "" },
    body: new URLSearchParams({ refused: refused ?? "" }),
  });
  if (answer.redirected || answer.status === 403) return null; // logged out meanwhile
  if (!answer.ok) throw new Error("no token at the moment");
  return (await answer.json()).token;
}
