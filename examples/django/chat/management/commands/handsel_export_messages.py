"""Writes users, listings and the old chat into a file that `handsel import` reads. Nothing is changed.

Conversation by conversation, so that the longest one is all that has to fit into memory. The one that was written to last
comes last, since Handsel lists them in the order in which they came; until all are known they wait in a file beside it. What cannot be taken is told on
stderr, with the reason, and stays where it is. Close the old chat before the export that counts: what is written meanwhile
may be in it or not.
"""

import os
import tempfile
from collections import Counter

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from chat.conversations import ROWS, all_conversations
from handsel.config import the_site
from handsel.moving import Writer, written_time


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", help="FILE.ndjson; it is there once it is whole")

    def handle(self, *, file, **_):
        unfinished = f"{file}.unfinished"
        # What people wrote to each other is nobody else's business.
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with tempfile.TemporaryFile(dir=os.path.dirname(os.path.abspath(file))) as waiting:
                counted = export(Writer(out), Writer(waiting, is_part=True), self.left_out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(unfinished, file)
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counted.items()))

    def left_out(self, what, why):
        self.stderr.write(f"left out: {what}: {why}")


def export(writer, waiting, left_out):
    """Writes it all; returns what was written, counted. Conversations go through the writer `waiting`."""
    counted = Counter(users=0, listings=0, conversations=0, messages=0, steps=0)
    for user in get_user_model().objects.order_by("pk").iterator(ROWS):
        writer.write(
            "user",
            id=user.pk,
            username=user.get_username(),
            first_name=user.first_name,
            last_name=user.last_name,
            created_at=written_time(user.date_joined),
            # They log in here, and nowhere else.
            password_hash=None,
            suspended_at=None if user.is_active else written_time(user.last_login or user.date_joined),
            deleted_at=None,
        )
        counted["users"] += 1
    for model in the_site().listing_models:
        for row in model.objects.order_by("pk").iterator(ROWS):
            listing = the_site().listing(row)
            writer.write(
                "listing",
                listing=listing.name,
                owner_id=listing.owner_id,
                title=listing.title,
                description=listing.description,
                status="open" if listing.is_open else "closed",
                created_at=written_time(row.created_at),
            )
            counted["listings"] += 1
    parts = []
    for conversation in all_conversations(left_out):
        begin = waiting.place()
        waiting.write(
            "conversation",
            conversation=conversation.key,
            owner_read_up_to=conversation.read_up_to(conversation.owner_id),
            respondent_read_up_to=conversation.read_up_to(conversation.respondent_id),
        )
        counted["conversations"] += 1
        for seq, entry in enumerate(conversation.entries, start=1):
            counted["messages" if entry.what == "message" else "steps"] += 1
            write_entry(waiting, conversation.key, seq, entry)
        parts.append((conversation.entries[-1].at, begin, waiting.place()))
    for _, begin, end in sorted(parts):
        writer.take(waiting, begin, end)
    writer.end()
    return counted


def write_entry(writer, key, seq, entry):
    at = written_time(entry.at)
    if entry.what == "message":
        writer.write(
            "message",
            conversation=key,
            seq=seq,
            sender_id=entry.who,
            created_at=at,
            content=entry.content,
            client_message_id=None,
            redacted_at=None,
        )
    else:
        writer.write(
            "step",
            conversation=key,
            seq=seq,
            actor_id=entry.who,
            created_at=at,
            step=entry.what,
            note=None,
            terms=None,
        )
