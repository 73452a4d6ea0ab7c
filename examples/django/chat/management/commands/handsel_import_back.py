"""Writes what `handsel export` wrote into the old chat's tables: the way back.

Each conversation of the file takes the place of what the tables have of it, so that it may be run again; what the file has
nothing of stays. Either all of it is written or nothing.
"""

from collections import Counter
from datetime import datetime

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q

from chat.models import Handshake, Message
from handsel.moving import Cut, read

ROWS = 2000
# The old chat knew two states. What came to nothing leaves no handshake, as it did there.
OLD_STATUS = {"start": Handshake.Status.PENDING, "approve": Handshake.Status.APPROVED, "complete": Handshake.Status.APPROVED}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", help="FILE.ndjson, as `handsel export` wrote it")

    def handle(self, *, file, **_):
        self.waiting, self.counted = [], Counter(conversations=0, messages=0, handshakes=0)
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
        """What the tables have of it goes; None where its listing or one of the two is not here any more."""
        listing, _, respondent = line["conversation"].partition(":")
        kind, _, number = listing.partition("_")
        row = apps.get_model("market", kind).objects.filter(pk=number).first()
        pair = [row.owner_id if row else None, int(respondent)]
        if row is None or not self.users.issuperset(pair):
            self.stderr.write(f"left out: {line['conversation']}: its listing or one of the two is not here any more")
            return None
        about = Q(**{kind: row})
        Message.objects.filter(about, sender__in=pair, recipient__in=pair).delete()
        Handshake.objects.filter(about, user1__in=pair, user2__in=pair).delete()
        self.counted["conversations"] += 1
        read_up_to = dict(zip(pair, [line["owner_read_up_to"], line["respondent_read_up_to"]], strict=True))
        return {"about": {kind: row}, "pair": pair, "read_up_to": read_up_to, "handshake": None}

    def message(self, conversation, line):
        owner, respondent = conversation["pair"]
        recipient = respondent if line["sender_id"] == owner else owner
        self.waiting.append(
            Message(
                **conversation["about"],
                sender_id=line["sender_id"],
                recipient_id=recipient,
                content=line["content"],
                created_at=datetime.fromisoformat(line["created_at"]),
                is_read=line["seq"] <= conversation["read_up_to"][recipient],
            )
        )
        if len(self.waiting) >= ROWS:
            self.write()

    def step(self, conversation, line):
        at, (owner, respondent) = datetime.fromisoformat(line["created_at"]), conversation["pair"]
        if line["step"] == "start":
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
        if conversation and conversation["handshake"]:
            conversation["handshake"].save()
            self.counted["handshakes"] += 1

    def write(self):
        """In bundles, so that memory does not grow with the file."""
        Message.objects.bulk_create(self.waiting)
        self.counted["messages"] += len(self.waiting)
        self.waiting = []
