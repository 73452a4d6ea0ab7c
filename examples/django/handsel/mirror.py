"""Tells Handsel of users and listings as they change. Knows nothing of what a listing is to the site.

A change writes down what Handsel is to know, in its own transaction (`Mirrored`), and sends it once that is committed. A
Handsel that is away fails nobody's change: `manage.py handsel_sync` sends what is left, from cron or by hand.
"""

import logging
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.db.models.signals import post_delete, post_save, pre_save

from .client import Admin, Answered, Unreachable
from .config import the_site
from .models import Mirrored

log = logging.getLogger(__name__)

# What waits for the end of the request that is under way; None where there is none.
_behind_request = ContextVar("handsel_behind_request", default=None)


def follow_models():
    """Called once, when all models are there."""
    user = get_user_model()
    pre_save.connect(user_about_to_be_saved, sender=user, dispatch_uid="handsel.user_about_to_be_saved")
    post_save.connect(user_saved, sender=user, dispatch_uid="handsel.user_saved")
    post_delete.connect(user_deleted, sender=user, dispatch_uid="handsel.user_deleted")
    for model in the_site().listing_models:
        post_save.connect(listing_saved, sender=model, dispatch_uid=f"handsel.{model.__name__}_saved")
        post_delete.connect(listing_deleted, sender=model, dispatch_uid=f"handsel.{model.__name__}_deleted")


def user_about_to_be_saved(sender, instance, raw=False, update_fields=None, **_):
    """Sees whether the password is another one, or none any more: Django ends the user's other sessions then."""
    instance.handsel_new_password = False
    if not raw and instance.pk and (update_fields is None or "password" in update_fields):
        stored = sender._base_manager.filter(pk=instance.pk).values_list("password", flat=True).first()
        instance.handsel_new_password = stored is not None and stored != instance.password


def user_saved(sender, instance, raw=False, update_fields=None, **_):
    if instance.handsel_new_password:
        want_signed_out(instance)
    # A log-in saves `last_login` alone, which is none of Handsel's business.
    if not raw and not (update_fields and set(update_fields) <= {"last_login", "password"}):
        want_user(instance)


def user_deleted(sender, instance, **_):
    # Deleted here, erased there. What they wrote stays, under nobody's name; `redact` would empty it as well.
    want(f"user_{instance.pk}", "DELETE", f"/api/admin/users/{instance.pk}/?messages=keep")


def listing_saved(sender, instance, raw=False, **_):
    if not raw:
        want_listing(instance)


def listing_deleted(sender, instance, **_):
    # What was said about it stays with the two who said it; nobody new may write.
    want_listing(instance, is_open=False)


def want_user(user, now=True):
    """Handsel is to know the user as they are."""
    body = {
        "username": user.get_username(),
        "first_name": getattr(user, "first_name", ""),
        "last_name": getattr(user, "last_name", ""),
    }
    want(f"user_{user.pk}", "PUT", f"/api/admin/users/{user.pk}/", body, now)
    was = Mirrored.objects.filter(what=f"suspended_{user.pk}").first()
    if was or not user.is_active:
        # Whoever may not log in may not write either.
        body = {"suspended": not user.is_active}
        if not was or was.body != body:
            want(f"suspended_{user.pk}", "PATCH", f"/api/admin/users/{user.pk}/", body, now)


def want_listing(row, now=True, is_open=True):
    """Handsel is to know the listing as it is."""
    listing = the_site().listing(row)
    body = {
        "owner_id": listing.owner_id,
        "title": listing.title,
        "description": listing.description,
        "status": "open" if listing.is_open and is_open else "closed",
    }
    want(listing.name, "PUT", f"/api/admin/listings/{listing.name}/", body, now)


def want_signed_out(user):
    """No token of the user's is to speak for anybody, and no socket to stay open.

    Where a request is under way, this is sent at its end: Django says so while the session is still there, and a page that
    is told at once that its token is revoked would be given another one, and stay.
    """
    what, waiting = f"signed_out_{user.pk}", _behind_request.get()
    want(what, "DELETE", f"/api/admin/tokens/?user_id={user.pk}", now=waiting is None)
    if waiting is not None:
        waiting.append(what)


@contextmanager
def a_request():
    """Around one: what has to wait for its end is sent then."""
    waiting = []
    before = _behind_request.set(waiting)
    try:
        yield
    finally:
        _behind_request.reset(before)
        for what in dict.fromkeys(waiting):
            try_to_send(what)


def want(what, method, path, body=None, now=True):
    """Notes down what Handsel is to know, with the caller's transaction; sends it after that, `now` or later."""
    with transaction.atomic():
        row, is_new = Mirrored.objects.get_or_create(
            what=what, defaults={"method": method, "path": path, "body": body}
        )
        if not is_new:
            Mirrored.objects.filter(pk=row.pk).update(
                method=method, path=path, body=body, wanted=F("wanted") + 1
            )
        if now:
            transaction.on_commit(lambda: try_to_send(what))


def try_to_send(what):
    """Sends it; where that fails, says so in the log and leaves it for later. Returns why it failed."""
    try:
        return send(what)
    except Answered as no:
        log.error("Handsel does not take %s: %s", what, no)
        return str(no)
    except Unreachable as away:
        log.warning("Handsel is not told of %s yet: %s", what, away)
        return str(away)


def send(what):
    """Sends what Handsel does not know yet."""
    row = Mirrored.objects.filter(what=what).first()
    # Nothing where what wanted it was rolled back.
    if row is None or row.sent >= row.wanted:
        return None
    while True:
        Admin().call(row.method, row.path, row.body)
        Mirrored.objects.filter(pk=row.pk, sent__lt=row.wanted).update(sent=row.wanted)
        now = Mirrored.objects.get(pk=row.pk)
        if now.wanted == row.wanted:
            return None
        # It has changed meanwhile. Somebody else may have sent that already, and this may have come behind it: again.
        row = now


def left():
    """What Handsel does not know yet, in the order in which it came up: people before what they publish."""
    waiting = Mirrored.objects.filter(sent__lt=F("wanted")).order_by("pk")
    return list(waiting.values_list("what", flat=True))
