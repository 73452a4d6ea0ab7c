"""Offers, needs and hours: what the site is about. Knows nothing of Handsel."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse

SMALLEST = Decimal("0.25")


def hours_field(**options):
    return models.DecimalField(max_digits=7, decimal_places=2, **options)


class Listing(models.Model):
    """What an offer and a need have in common."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="%(class)ss")
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    hours = hours_field(default=1, validators=[MinValueValidator(SMALLEST)])
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["-created_at"]

    def __str__(self):
        return self.title

    @property
    def kind(self):
        """`offer` or `need`"""
        return self._meta.model_name

    @property
    def name(self):
        """`offer_12`"""
        return f"{self.kind}_{self.pk}"

    def get_absolute_url(self):
        return reverse("market:listing", args=[self.kind, self.pk])


class Offer(Listing):
    """Somebody does it for others, and is given hours."""


class Need(Listing):
    """Somebody wants it done by another, and gives hours."""


class Account(models.Model):
    """Somebody's hours."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT)
    hours = hours_field(default=0)

    def __str__(self):
        return f"{self.user}: {self.hours}"


class Agreement(models.Model):
    """Hours that two have agreed on: held for the one who gives them, then moved or released. By the handshake's `uid`."""

    class Status(models.TextChoices):
        HELD = "held"
        MOVED = "moved"
        RELEASED = "released"

    uid = models.CharField(max_length=80, unique=True)
    listing = models.CharField(max_length=40)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    hours = hours_field()
    status = models.CharField(max_length=8, choices=Status, default=Status.HELD)
    # An event has told of it. Until then it is held for an approval that may never be committed.
    is_confirmed = models.BooleanField(default=False)
    held_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["giver", "status"])]

    def __str__(self):
        return f"{self.uid}: {self.hours} {self.status}"
