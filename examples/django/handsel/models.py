"""What the app keeps on the site's side. The models over Handsel's own views are in `tables`."""

from django.db import models

from .tables import *  # noqa: F401,F403


class Mirrored(models.Model):
    """What Handsel is to know of one thing as it stands now, and whether it does.

    Written in the transaction that changes the thing; sent after it. `wanted` counts the changes, `sent` says up to which
    Handsel has them: whatever is sent late, twice or out of order, the newest is there in the end.
    """

    what = models.CharField(max_length=80, unique=True)
    method = models.CharField(max_length=6)
    path = models.CharField(max_length=120)
    body = models.JSONField(null=True)
    wanted = models.BigIntegerField(default=1)
    sent = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "thing that Handsel is told of"
        verbose_name_plural = "things that Handsel is told of"

    def __str__(self):
        return self.what


class HandledEvent(models.Model):
    """An event that was handled, by its `webhook-id`: they come at least once, and count once."""

    name = models.CharField(primary_key=True, max_length=80)
    handled_at = models.DateTimeField(auto_now_add=True, db_index=True)


class FeedPosition(models.Model):
    """How far `handsel_follow` has read the feed. One row."""

    after = models.BigIntegerField(default=0)
