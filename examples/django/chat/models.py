"""The chat that Handsel replaces, as an app over Django Channels keeps it. Nothing writes here any more but the way back."""

from django.conf import settings
from django.db import models

from market.models import Need, Offer


class About(models.Model):
    """About one offer or one need."""

    offer = models.ForeignKey(Offer, models.CASCADE, null=True, blank=True, related_name="+")
    need = models.ForeignKey(Need, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True


class Message(About):
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sent_messages")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="received_messages")
    content = models.TextField()
    created_at = models.DateTimeField(db_index=True)
    is_read = models.BooleanField(default=False)

    def __str__(self):
        return f"{self.sender} to {self.recipient}"


class Handshake(About):
    """At most one for two people and a listing; that stack knew two states."""

    class Status(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"

    user1 = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    user2 = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    initiator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"handshake_{self.user1_id}_{self.user2_id}"
