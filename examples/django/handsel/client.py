"""Handsel's admin API. Knows nothing of who calls it, or of models."""

import threading

import requests

from .config import setting

# To connect, and to wait for an answer: somebody may be waiting for the page that this is part of.
TIMEOUTS_S = (1, 5)


class Unreachable(Exception):
    """Handsel did not answer, or is not able to at the moment. Trying again later helps."""


class Answered(Exception):
    """Handsel said no, and will say so again."""

    def __init__(self, status, code, detail):
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code = status, code


class Admin:
    """The calls, under the site's key."""

    # A session keeps its connection, and is one thread's.
    _sessions = threading.local()

    def call(self, method, path, body=None):
        """Any call; returns its JSON."""
        try:
            answer = self._session().request(
                method,
                setting("URL").rstrip("/") + path,
                json=body,
                headers={"Authorization": f"Bearer {setting('ADMIN_KEY')}"},
                timeout=TIMEOUTS_S,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # Its class alone: what it says may name the whole request.
            raise Unreachable(f"{method} {path}: {type(error).__name__}") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Unreachable(f"{method} {path}: {answer.status_code}")
        try:
            said = answer.json()
        except ValueError:
            said = {}
        if not answer.ok:
            hint = "is HANDSEL['URL'] right, in the site's settings?"
            detail = said.get("detail") or f"no answer of Handsel's; {hint} {method} {path}"
            raise Answered(answer.status_code, said.get("code", ""), detail)
        return said

    def put_user(self, user_id, body):
        return self.call("PUT", f"/api/admin/users/{user_id}/", body)

    def issue_token(self, user_id):
        return self.call("POST", "/api/admin/tokens/", {"user_id": user_id})

    def events(self, after, limit=100):
        return self.call("GET", f"/api/admin/events/?after={after}&limit={limit}")

    def _session(self):
        if not hasattr(self._sessions, "session"):
            self._sessions.session = requests.Session()
            # No proxy of the environment's: this is a machine next door.
            self._sessions.session.trust_env = False
        return self._sessions.session
