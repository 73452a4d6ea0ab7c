"""Fills the old chat with many messages, for a rehearsal of the move. The same number makes the same messages."""

import random
from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction

from chat.models import Handshake, Message
from market.models import Need, Offer

FIRST_MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
SAYINGS = ("Hello!", "Could you come on Saturday?", "Gern, um zehn.", "¿A qué hora?", "明日はどう？", "👍🏽 bis dann", "a\nb")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("messages", type=int, nargs="?", default=100_000)
        parser.add_argument("--people", type=int, default=200)

    @transaction.atomic
    def handle(self, *, messages, people, **_):
        by_chance, self.taken = random.Random(messages), set()
        users = self.users(people)
        listings = [self.listing(by_chance, users, number) for number in range(people)]
        left, waiting = messages, []
        while left:
            said = min(left, by_chance.choice([1, 2, 8, 30, 30, 120, 400]))
            left -= said
            waiting += self.conversation(by_chance, users, listings, said)
            if len(waiting) > 5000 or not left:
                Message.objects.bulk_create(waiting, batch_size=1000)
                waiting = []
        self.stdout.write(f"{messages} messages, {Handshake.objects.count()} handshakes")

    def users(self, people):
        model = get_user_model()
        # Nobody logs in as one of them, so that no password needs hashing. Without signals: they are moved by the file.
        model.objects.bulk_create(
            [model(username=f"old{n}", first_name=f"Old {n}", password="!", date_joined=FIRST_MOMENT) for n in range(people)]
        )
        return list(model.objects.filter(username__startswith="old"))

    def listing(self, by_chance, users, number):
        model = by_chance.choice([Offer, Need])
        row = model(owner=by_chance.choice(users), title=f"{model.__name__} {number}", is_open=by_chance.random() < 0.8)
        model.objects.bulk_create([row])
        return row

    def conversation(self, by_chance, users, listings, said):
        """One between a listing's owner and somebody who has none with them yet."""
        while True:
            listing, respondent = by_chance.choice(listings), by_chance.choice(users)
            if respondent != listing.owner and (listing.name, respondent.pk) not in self.taken:
                break
        self.taken.add((listing.name, respondent.pk))
        at = FIRST_MOMENT + timedelta(seconds=by_chance.randrange(30_000_000))
        # Each has read to some place, and nothing behind it.
        read = {user.pk: by_chance.randint(0, said) for user in (listing.owner, respondent)}
        rows = []
        for number in range(said):
            sender, recipient = (respondent, listing.owner)
            if number and by_chance.random() < 0.5:
                sender, recipient = recipient, sender
            # Several in one millisecond, too.
            at += timedelta(microseconds=by_chance.choice([0, 100, 5_000_000, 900_000_000]))
            rows.append(
                Message(
                    **{listing.kind: listing},
                    sender=sender,
                    recipient=recipient,
                    content=f"{by_chance.choice(SAYINGS)} {number}",
                    created_at=at,
                    is_read=number < read[recipient.pk],
                )
            )
        if by_chance.random() < 0.3:
            self.handshake(by_chance, listing, respondent, at)
        return rows

    def handshake(self, by_chance, listing, respondent, at):
        both = [listing.owner, respondent]
        is_approved = by_chance.random() < 0.7
        Handshake.objects.create(
            **{listing.kind: listing},
            user1=listing.owner,
            user2=respondent,
            initiator=by_chance.choice(both),
            status=Handshake.Status.APPROVED if is_approved else Handshake.Status.PENDING,
            created_at=at + timedelta(seconds=1),
            approved_at=at + timedelta(seconds=2) if is_approved else None,
        )
