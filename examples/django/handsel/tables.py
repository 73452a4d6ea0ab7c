"""Handsel's SQL views as models, to be read like any other table. Knows nothing of who reads them.

Their columns are promised by Handsel's docs/views.md. They are in Handsel's database (`routers`), so that no join leads from
here to the site's own tables; ids are the same on both sides.
"""

from django.db import models


class View(models.Model):
    """A row that is Handsel's: to be looked at."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        raise TypeError("Handsel's views are read-only; its admin API changes what they show")

    delete = save


def person(**options):
    return models.ForeignKey("HandselUser", models.DO_NOTHING, db_constraint=False, related_name="+", **options)


def about(model):
    """A reference by name, in a column that is called like what it names."""
    return models.ForeignKey(model, models.DO_NOTHING, db_constraint=False, related_name="+", db_column=model.lower()[7:])


class HandselUser(View):
    id = models.BigIntegerField(primary_key=True)
    username = models.CharField(max_length=150)
    first_name = models.CharField(max_length=150)
    last_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta(View.Meta):
        managed = False
        db_table = "handsel_v1_users"
        verbose_name = "user"
        ordering = ["id"]

    def __str__(self):
        return self.username


class HandselListing(View):
    listing = models.CharField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=5)
    number = models.BigIntegerField()
    owner = person()
    title = models.TextField()
    description = models.TextField()
    status = models.CharField(max_length=6)
    created_at = models.DateTimeField()

    class Meta(View.Meta):
        managed = False
        db_table = "handsel_v1_listings"
        verbose_name = "listing"
        ordering = ["-created_at"]

    def __str__(self):
        return self.listing


class HandselConversation(View):
    conversation = models.CharField(primary_key=True, max_length=60)
    listing = about("HandselListing")
    owner = person()
    respondent = person()
    head = models.BigIntegerField()
    owner_read_up_to = models.BigIntegerField()
    respondent_read_up_to = models.BigIntegerField()
    created_at = models.DateTimeField()
    last_entry_at = models.DateTimeField()

    class Meta(View.Meta):
        managed = False
        db_table = "handsel_v1_conversations"
        verbose_name = "conversation"
        ordering = ["-last_entry_at"]

    def __str__(self):
        return self.conversation


class HandselMessage(View):
    id = models.BigIntegerField(primary_key=True)
    conversation = about("HandselConversation")
    listing = about("HandselListing")
    seq = models.BigIntegerField()
    sender = person()
    recipient = person()
    created_at = models.DateTimeField()
    content = models.TextField()
    client_message_id = models.CharField(max_length=64, null=True)
    is_read = models.BooleanField()
    redacted = models.BooleanField()
    redacted_at = models.DateTimeField(null=True)

    class Meta(View.Meta):
        managed = False
        db_table = "handsel_v1_messages"
        verbose_name = "message"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.conversation_id}, {self.seq}"


class HandselHandshake(View):
    uid = models.CharField(primary_key=True, max_length=80)
    conversation = about("HandselConversation")
    listing = about("HandselListing")
    initiator = person()
    note = models.TextField(null=True)
    # As it was written: a JSON object.
    terms = models.TextField(null=True)
    status = models.CharField(max_length=9)
    owner_completed = models.BooleanField()
    respondent_completed = models.BooleanField()
    version = models.BigIntegerField()
    latest_step = models.CharField(max_length=8)
    latest_actor = person()
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta(View.Meta):
        managed = False
        db_table = "handsel_v1_handshakes"
        verbose_name = "handshake"
        ordering = ["-changed_at"]

    def __str__(self):
        return self.uid


VIEWS = [HandselUser, HandselListing, HandselConversation, HandselMessage, HandselHandshake]
