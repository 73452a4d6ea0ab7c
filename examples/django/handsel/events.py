"""Each event of Handsel's is handled once, whether it was pushed or read from the feed. Knows nothing of what follows."""

from django.db import IntegrityError, transaction

from .client import Admin
from .config import the_site
from .models import FeedPosition, HandledEvent


def handle(event):
    """Handles it unless it was handled before; returns whether this was the first time.

    What the site does about it is in the same transaction as the note that it was done: killed in between, neither is
    there, and the event comes again.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                HandledEvent.objects.create(id=event["id"])
        except IntegrityError:
            return False
        the_site().happened(event)
    return True


def follow():
    """Reads the feed from where it was left to its end; returns how many events were new."""
    new = 0
    while True:
        position, _ = FeedPosition.objects.get_or_create(pk=1)
        page = Admin().events(position.after)["results"]
        if not page:
            return new
        for event in page:
            new += handle(event)
        FeedPosition.objects.filter(pk=1, after__lt=page[-1]["id"]).update(after=page[-1]["id"])
