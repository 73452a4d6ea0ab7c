"""Hours are held, moved and released. Knows nothing of Handsel: an agreement has a name, and each act on it can be repeated.

What is asked and what is done differ. The hook asks before a step is taken, and the step may still not be taken; so what is
done at the hook must be harmless if nothing follows. Holding is: it can be taken back, and must be done there, or two
approvals at the same moment would both count on the same hours. Moving is not: it waits for the event that says that both
have completed.

    hook approve, complete   hold      where the giver has enough, else it is refused
    event approved           confirm   held for good
    event completed          move
    event declined/cancelled release
    an hour without event    release   of what was never confirmed: the step that it was held for was not taken

Whatever comes late, twice or not at all: an agreement that was moved or released by an event stays so.
"""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from .models import Account, Agreement

Status = Agreement.Status
# What newcomers are given, so that there is something to begin with.
WELCOME = Decimal(5)
# A hold whose approval was not committed by then never will be: Handsel waits two seconds for the hook.
UNCONFIRMED = timedelta(hours=1)


class TooFewHours(Exception):
    """Its text is for both people."""


def available(user):
    """What somebody can still give away."""
    account, _ = Account.objects.get_or_create(user=user, defaults={"hours": WELCOME})
    return account.hours - held(user)


def held(user):
    """What is held of somebody's hours."""
    sums = Agreement.objects.filter(giver=user, status=Status.HELD).aggregate(hours=Sum("hours"))
    return sums["hours"] or Decimal(0)


@transaction.atomic
def hold(uid, listing, giver, taker, hours):
    """Holds the hours, or raises `TooFewHours`. Asked again about an agreement that is held or moved, it does nothing."""
    accounts = lock(giver, taker)
    agreement = Agreement.objects.filter(uid=uid).first()
    if agreement and (agreement.status != Status.RELEASED or agreement.is_confirmed):
        return agreement
    has = accounts[giver.pk].hours - held(giver)
    if has < hours:
        unit = "hour" if has == 1 else "hours"
        verb = "is" if hours == 1 else "are"
        name = giver.get_full_name() or giver.get_username()
        raise TooFewHours(f"{name} has {written(has)} {unit}, {written(hours)} {verb} needed")
    return held_now(uid, listing, giver, taker, hours)


@transaction.atomic
def confirm(uid, listing, giver, taker, hours):
    """The approval was committed. Where nothing is held for it any more, it is held now, enough or not: they have agreed."""
    lock(giver, taker)
    agreement = Agreement.objects.filter(uid=uid).first()
    if agreement is None or (agreement.status == Status.RELEASED and not agreement.is_confirmed):
        agreement = held_now(uid, listing, giver, taker, hours)
    agreement.is_confirmed = True
    agreement.save()
    return agreement


@transaction.atomic
def move(uid, listing, giver, taker, hours):
    """Both have completed: the hours change hands, once."""
    agreement = confirm(uid, listing, giver, taker, hours)
    if agreement.status == Status.HELD:
        Account.objects.filter(user=agreement.giver).update(hours=F("hours") - agreement.hours)
        Account.objects.filter(user=agreement.taker).update(hours=F("hours") + agreement.hours)
        agreement.status = Status.MOVED
        agreement.save()


@transaction.atomic
def release(uid):
    """It came to nothing: what is held is the giver's again, for good."""
    Agreement.objects.filter(uid=uid, status=Status.HELD).update(status=Status.RELEASED, is_confirmed=True)


def release_unconfirmed(now=None):
    """Releases what was held for an approval that was not committed; returns how many there were. For cron."""
    stale = (now or timezone.now()) - UNCONFIRMED
    waiting = Agreement.objects.filter(status=Status.HELD, is_confirmed=False, held_at__lt=stale)
    return waiting.update(status=Status.RELEASED)


def held_now(uid, listing, giver, taker, hours):
    agreement, _ = Agreement.objects.update_or_create(
        uid=uid,
        defaults={
            "listing": listing,
            "giver": giver,
            "taker": taker,
            "hours": hours,
            "status": Status.HELD,
            "held_at": timezone.now(),
        },
    )
    return agreement


def lock(*users):
    """Whoever moves hours of these waits until this transaction is over. In the order of ids: nobody waits in a circle."""
    return {user.pk: account_of(user) for user in sorted(users, key=lambda user: user.pk)}


def account_of(user):
    """Somebody's account, locked."""
    Account.objects.get_or_create(user=user, defaults={"hours": WELCOME})
    return Account.objects.select_for_update().get(user=user)


def written(hours):
    """`1`, `1.5`"""
    text = f"{hours:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
