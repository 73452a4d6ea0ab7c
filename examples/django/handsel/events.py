"""Each event of Handsel's is handled once, whether it was pushed or read from the feed. Knows nothing of what follows."""

import logging

from django.db import IntegrityError, transaction
from django.utils.dateparse import parse_datetime

from .client import Admin, Answered
from .config import the_site
from .models import FeedPosition, HandledEvent

log = logging.getLogger(__name__)

# What the feed says to an `after` that is of another feed, or before what is kept.
NOT_OF_THIS_FEED = ("query_invalid", "events_expired")


def name_of(event):
    """What an event is called for ever: its `webhook-id`. The number alone begins again where Handsel was moved or restored."""
    at = parse_datetime(event["timestamp"])
    return f"evt_{event['id']}_{round(at.timestamp() * 1000)}"


def handle(event):
    """Handles it unless it was handled before; returns whether this was the first time.

    What the site does about it is in the same transaction as the note that it was done: killed in between, neither is
    there, and the event comes again.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                HandledEvent.objects.create(name=name_of(event))
        except IntegrityError:
            return False
        the_site().happened(event)
    return True


def follow():
    """Reads the feed from where it was left to its end; returns how many events were new.

    The event that was handled last is asked for again: where another one has its number, this is another feed, of a Handsel
    that was moved or restored. Then all that is kept is gone through from the oldest, and what was handled is left out.
    """
    new = 0
    while True:
        position, _ = FeedPosition.objects.get_or_create(pk=1)
        page = of_this_feed(position.after)
        if page is None:
            log.warning("the feed is another one than was read up to %s, or has expired: from its oldest", position.after)
            move(position, 0)
        elif not page or page[-1]["id"] == position.after:
            return new
        else:
            for event in page:
                new += handle(event)
            move(position, page[-1]["id"])


def of_this_feed(after):
    """The events from the one that was handled last on; None where they cannot follow on it."""
    if after == 0:
        return Admin().events(0)["results"]
    try:
        page = Admin().events(after - 1)["results"]
    except Answered as no:
        if no.code not in NOT_OF_THIS_FEED:
            raise
        return None
    return page if page and HandledEvent.objects.filter(name=name_of(page[0])).exists() else None


def move(position, after):
    """Unless somebody else who reads the feed has moved it meanwhile."""
    FeedPosition.objects.filter(pk=position.pk, after=position.after).update(after=after)
