"""Writes what `handsel export` wrote into the old chat's tables: the way back.

What the tables have of a conversation gives way to what the file has of it, message by message (by who said it when), so that
it may be run again. What did not move to Handsel, because it was left out or refused there, is not in the file: it stays, and is
told on stderr. Either all of it is written or nothing.
"""

from collections import Counter
from datetime import datetime

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q

from chat.conversations import parts_of
from chat.models import Handshake, Message
from handsel.moving import Cut, read, written_time

ROWS = 2000
# The old chat knew two states. What came to nothing leaves no handshake, as it did there.
OLD_STATUS = {"start": Handshake.Status.PENDING, "approve": Handshake.Status.APPROVED, "complete": Handshake.Status.APPROVED}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", help="FILE.ndjson, as `handsel export` wrote it")

    def handle(self, *, file, **_):
        self.waiting, self.counted = [], Counter(conversations=0, messages=0, handshakes=0, kept=0)
        self.users = set(get_user_model().objects.values_list("pk", flat=True))
        try:
            with open(file, encoding="utf-8") as lines, transaction.atomic():
                self.take(read(lines))
        except (Cut, ValueError) as why:
            raise CommandError(f"{file}: {why}; nothing was changed") from why
        self.stdout.write(", ".join(f"{count} {what}" for what, count in self.counted.items()))

    def take(self, lines):
        conversation = None
        for line in lines:
            if line["type"] == "conversation":
                self.end(conversation)
                conversation = self.begin(line)
            elif conversation and line["type"] == "message":
                self.message(conversation, line)
            elif conversation and line["type"] == "step":
                self.step(conversation, line)
        self.end(conversation)
        self.write()

    def begin(self, line):
        """A conversation of which nothing is known yet; None where its listing or one of the two is not here any more."""
        listing, _, respondent = line["conversation"].partition(":")
        kind, _, number = listing.partition("_")
        row = apps.get_model("market", kind).objects.filter(pk=number).first()
        pair = [row.owner_id if row else None, int(respondent)]
        if row is None or not self.users.issuperset(pair):
            self.stderr.write(f"left out: {line['conversation']}: its listing or one of the two is not here any more")
            return None
        self.counted["conversations"] += 1
        read_up_to = dict(zip(pair, [line["owner_read_up_to"], line["respondent_read_up_to"]], strict=True))
        return {
            "key": line["conversation"],
            "about": {kind: row},
            "pair": pair,
            "read_up_to": read_up_to,
            "messages": [],
            "starts": set(),
            "handshake": None,
        }

    def message(self, conversation, line):
        owner, respondent = conversation["pair"]
        recipient = respondent if line["sender_id"] == owner else owner
        conversation["messages"].append(
            Message(
                **conversation["about"],
                sender_id=line["sender_id"],
                recipient_id=recipient,
                content=line["content"],
                created_at=datetime.fromisoformat(line["created_at"]),
                is_read=line["seq"] <= conversation["read_up_to"][recipient],
            )
        )

    def step(self, conversation, line):
        at, (owner, respondent) = datetime.fromisoformat(line["created_at"]), conversation["pair"]
        if line["step"] == "start":
            conversation["starts"].add((line["actor_id"], written_time(at)))
            conversation["handshake"] = Handshake(
                **conversation["about"],
                user1_id=owner,
                user2_id=respondent,
                initiator_id=line["actor_id"],
                created_at=at,
            )
        shake, status = conversation["handshake"], OLD_STATUS.get(line["step"])
        if status is None:
            conversation["handshake"] = None
        elif shake:
            shake.status = status
            if line["step"] == "approve":
                shake.approved_at = at

    def end(self, conversation):
        """All of it is known: it takes the place of what the tables have of it."""
        if conversation is None:
            return
        self.take_messages_away(conversation)
        self.take_handshakes_away(conversation)
        self.waiting += conversation["messages"]
        if len(self.waiting) >= ROWS:
            self.write()
        if conversation["handshake"]:
            conversation["handshake"].save()
            self.counted["handshakes"] += 1

    def take_messages_away(self, conversation):
        """Those that the file has. A long one is several there: it goes where all of them came back."""
        owner, respondent = conversation["pair"]
        came = Counter((message.sender_id, written_time(message.created_at)) for message in conversation["messages"])
        there = Q(sender=owner, recipient=respondent) | Q(sender=respondent, recipient=owner)
        gone = []
        for row in Message.objects.filter(there, **conversation["about"]).order_by("created_at", "pk"):
            place, parts = (row.sender_id, written_time(row.created_at)), max(1, len(parts_of(row.content)))
            if came[place] >= parts:
                came[place] -= parts
                gone.append(row.pk)
            else:
                self.keep(conversation, f"message {row.pk}")
        for at in range(0, len(gone), ROWS):
            Message.objects.filter(pk__in=gone[at : at + ROWS]).delete()

    def take_handshakes_away(self, conversation):
        """Those that the file has; the others as well where it has one that stands, since two have one at most."""
        pair = conversation["pair"]
        for row in Handshake.objects.filter(user1__in=pair, user2__in=pair, **conversation["about"]):
            is_in_file = (row.initiator_id, written_time(row.created_at)) in conversation["starts"]
            if not is_in_file and conversation["handshake"] is None:
                self.keep(conversation, f"handshake {row.pk}")
                continue
            if not is_in_file:
                what = f"{row.status} handshake {row.pk} of {written_time(row.created_at)}"
                self.stderr.write(f"replaced: {what} in {conversation['key']}: Handsel has another one in its place")
            row.delete()

    def keep(self, conversation, what):
        self.stderr.write(f"kept: {what} in {conversation['key']}: the file does not have it")
        self.counted["kept"] += 1

    def write(self):
        """In bundles, so that memory does not grow with the file."""
        Message.objects.bulk_create(self.waiting)
        self.counted["messages"] += len(self.waiting)
        self.waiting = []
