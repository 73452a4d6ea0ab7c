"""Who is logged in at the site is logged in at Handsel. Knows nothing of sockets.

A token is issued at the log-in and kept with Django's session; a page asks for it, and for a new one where it has run out
or was refused. The log-out revokes the user's tokens, which closes their sockets at once, on every device: where somebody
is still logged in elsewhere, that page asks for a new one. So does a new password (`mirror`), behind which nobody is.
"""

import logging
from datetime import timedelta

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from . import mirror
from .client import Admin, Answered, Unreachable

log = logging.getLogger(__name__)

IN_SESSION = "handsel"
# A token that runs out sooner is replaced: a page needs a moment to use it.
SPARE = timedelta(minutes=2)


def follow_log_ins():
    """Called once."""
    user_logged_in.connect(logged_in, dispatch_uid="handsel.logged_in")
    user_logged_out.connect(logged_out, dispatch_uid="handsel.logged_out")


def logged_in(sender, request, user, **_):
    try:
        issue(request, user)
    except (Answered, Unreachable) as why:
        # The log-in goes on without: the first page with a conversation asks again.
        log.warning("user %s logs in without a token: %s", user.pk, why)


def logged_out(sender, request, user, **_):
    """The user's tokens end; `middleware.LogOut` has that sent once the session is gone as well."""
    if user is not None:
        mirror.want_signed_out(user)


def token_for(request, refused=""):
    """The session's token, or a new one where it has run out or is the one that was `refused`."""
    kept = request.session.get(IN_SESSION)
    if kept and kept["token"] != refused and parse_datetime(kept["expires_at"]) > timezone.now() + SPARE:
        return kept["token"]
    return issue(request, request.user)


def issue(request, user):
    """Has Handsel issue a token, and keeps it with the session."""
    try:
        granted = Admin().issue_token(user.pk)
    except Answered as no:
        if no.code != "user_not_found":
            raise
        # Somebody who was there before Handsel, or whom it could not be told of.
        mirror.want_user(user, now=False)
        mirror.send(f"user_{user.pk}")
        granted = Admin().issue_token(user.pk)
    request.session[IN_SESSION] = {"token": granted["token"], "expires_at": granted["expires_at"]}
    return granted["token"]
