"""What the time bank says to the app `handsel`: which rows are listings, whether hours allow a step, what follows events."""

from decimal import Decimal, InvalidOperation

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import transaction

from handsel.site import Listing, Refused, Site

from . import ledger
from .models import SMALLEST, Need, Offer

MOST_HOURS = 1000


class TimeBank(Site):
    listing_models = (Offer, Need)

    def listing(self, row):
        return Listing(row.kind, row.pk, row.owner_id, row.title, row.description, row.is_open)

    def agree(self, step):
        # A cancellation is everybody's right, and takes nothing from anybody.
        if step.kind in ("approve", "complete"):
            try:
                ledger.hold(*agreement(step.uid, step.listing, step.owner_id, step.respondent_id, step.terms))
            except ledger.TooFewHours as why:
                raise Refused(str(why)) from why

    def happened(self, event):
        kind, data = event["type"], event["data"]
        if kind == "conversation.unread":
            remind(data)
        if kind in ("handshake.approved", "handshake.completed"):
            shake = data["handshake"]
            try:
                agreed = agreement(
                    shake["uid"], data["listing"], data["owner_id"], data["respondent_id"], shake["terms"]
                )
            except Refused:
                # From before the hook was there: what two have shaken hands on without the ledger is their own.
                return
            (ledger.move if kind == "handshake.completed" else ledger.confirm)(*agreed)
        if kind in ("handshake.declined", "handshake.cancelled"):
            ledger.release(data["handshake"]["uid"])


def agreement(uid, listing, owner_id, respondent_id, terms):
    """Who gives how many hours to whom: the owner of a need, and whoever takes up an offer."""
    kind, _, number = listing.partition("_")
    row = apps.get_model("market", kind).objects.filter(pk=number).first()
    people = get_user_model().objects.in_bulk([owner_id, respondent_id])
    if row is None or len(people) < 2:
        raise Refused("This is no longer on the time bank.")
    owner, respondent = people[owner_id], people[respondent_id]
    giver, taker = (respondent, owner) if kind == "offer" else (owner, respondent)
    return uid, listing, giver, taker, hours_of(terms, row)


def hours_of(terms, row):
    """The hours that the two agreed on (`{"hours": 1.5}`), else those of the listing: terms are what a client sent, so that
    anything may stand there."""
    said = (terms or {}).get("hours")
    if said is None:
        return row.hours
    try:
        hours = Decimal(str(said))
    except InvalidOperation:
        hours = Decimal("NaN")
    if not hours.is_finite() or not SMALLEST <= hours <= MOST_HOURS or hours % SMALLEST:
        raise Refused("Hours are counted in quarters, from a quarter to a thousand.")
    return hours


def remind(data):
    """An e-mail to somebody who has not read for a while; sent once this is committed, so that it is not sent twice."""
    reader = get_user_model().objects.filter(pk=data["reader_id"]).first()
    if reader and reader.email:
        text = f"{data['unread_count']} new about {data['listing'].replace('_', ' ')}: come and see."
        transaction.on_commit(lambda: send_mail("You have new messages", text, None, [reader.email], fail_silently=True))
