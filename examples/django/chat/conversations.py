"""Old rows as conversations: who talks to whom about what, in the order in which it was said. Knows nothing of files.

A conversation is a listing, its owner and one respondent, who begins it. The old chat kept messages alone, each with a
listing, a sender and a recipient: one of the two is the owner, and the other one the respondent.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile, groupby
from operator import attrgetter

from django.db.models import Case, F, When

from .models import Handshake, Message

KINDS = ("offer", "need")
# Handsel's longest message; a longer one becomes several.
CHARACTERS = 4000
# Rows that the database hands over at a time.
ROWS = 2000


@dataclass(frozen=True)
class Entry:
    """What stands at one place of a timeline."""

    at: datetime
    what: str
    """`message`, `start` or `approve`"""
    who: int
    content: str = ""
    is_read: bool = True
    """Whether the other one has read it. Steps are no messages: they count as read."""


@dataclass(frozen=True)
class Conversation:
    """One of them, whole: the longest one is what has to fit into memory."""

    kind: str
    listing_id: int
    owner_id: int
    respondent_id: int
    entries: list

    @property
    def listing(self):
        """`offer_1`"""
        return f"{self.kind}_{self.listing_id}"

    @property
    def key(self):
        """`offer_1:2`"""
        return f"{self.listing}:{self.respondent_id}"

    def read_up_to(self, reader_id):
        """How far one of the two has read: to the place in front of the first message that is unread.

        The old chat knew of each message whether it was read, Handsel knows up to where. Nothing unread becomes read.
        """
        for seq, entry in enumerate(self.entries, start=1):
            if entry.who != reader_id and not entry.is_read:
                return seq - 1
        return len(self.entries)


def all_conversations(left_out):
    """Each conversation, one at a time. What belongs to none is told: `left_out(what, why)`."""
    for kind in KINDS:
        yield from conversations_of(kind, left_out)
    for message in Message.objects.filter(offer=None, need=None).iterator(ROWS):
        left_out(f"message {message.pk}", "it is about neither an offer nor a need")


def conversations_of(kind, left_out):
    owner = F(f"{kind}__owner_id")
    respondent = Case(When(sender_id=owner, then=F("recipient_id")), default=F("sender_id"))
    rows = (
        Message.objects.exclude(**{kind: None})
        .annotate(owner_id=owner, respondent_id=respondent, listing_id=F(f"{kind}_id"))
        .order_by("listing_id", "respondent_id", "created_at", "pk")
    )
    shakes = handshakes_of(kind)
    place = attrgetter("listing_id", "owner_id", "respondent_id")
    for (listing_id, owner_id, respondent_id), said in groupby(rows.iterator(ROWS), place):
        entries = [entry for message in said for entry in of_message(message, {owner_id, respondent_id}, left_out)]
        entries += of_handshake(shakes.pop((listing_id, respondent_id), None))
        yield from begun(Conversation(kind, listing_id, owner_id, respondent_id, entries), left_out)
    for (listing_id, respondent_id), shake in shakes.items():
        whole = Conversation(kind, listing_id, shake.owner_id, respondent_id, of_handshake(shake))
        yield from begun(whole, left_out)


def handshakes_of(kind):
    """The old handshakes by listing and respondent: one a pair, so that they are few beside the messages."""
    owner = F(f"{kind}__owner_id")
    respondent = Case(When(user1_id=owner, then=F("user2_id")), default=F("user1_id"))
    rows = Handshake.objects.exclude(**{kind: None})
    rows = rows.annotate(owner_id=owner, respondent_id=respondent, listing_id=F(f"{kind}_id")).order_by("pk")
    return {(row.listing_id, row.respondent_id): row for row in rows.iterator(ROWS)}


def of_message(message, both, left_out):
    """Usually one; several where it is longer than Handsel takes."""
    if len(both) < 2 or {message.sender_id, message.recipient_id} != both:
        left_out(f"message {message.pk}", "it is not between the listing's owner and one other")
        return
    parts = parts_of(message.content)
    if not parts:
        left_out(f"message {message.pk}", "it says nothing")
    for part in parts:
        yield Entry(message.created_at, "message", message.sender_id, part, message.is_read)


def parts_of(content):
    """What Handsel takes of it, in texts that are not too long."""
    # Trimmed, as Handsel does; what no database of its own can hold was never said.
    content = content.replace("\0", "").strip()
    parts = [content[at : at + CHARACTERS].strip() for at in range(0, len(content), CHARACTERS)]
    return [part for part in parts if part]


def of_handshake(shake):
    """The steps that led to it: its start, and its approval by the other side."""
    if shake is None or shake.initiator_id not in (shake.user1_id, shake.user2_id):
        return []
    steps = [Entry(shake.created_at, "start", shake.initiator_id)]
    if shake.status == Handshake.Status.APPROVED:
        other = shake.user2_id if shake.initiator_id == shake.user1_id else shake.user1_id
        steps.append(Entry(max(shake.approved_at or shake.created_at, shake.created_at), "approve", other))
    return steps


def begun(conversation, left_out):
    """The conversation in order, from the respondent's first entry on; nothing where there is none.

    An owner answers and does not begin. What one wrote in front of that stays behind, and is told.
    """
    in_order = sorted(conversation.entries, key=attrgetter("at"))
    entries = list(dropwhile(lambda entry: entry.who != conversation.respondent_id, in_order))
    for early in in_order[: len(in_order) - len(entries)]:
        left_out(f"{early.what} of {early.at} in {conversation.key}", "the owner wrote before the respondent did")
    # An approval whose start stayed behind is none.
    if not any(entry.what == "start" for entry in entries):
        entries = [entry for entry in entries if entry.what != "approve"]
    if entries:
        yield Conversation(
            conversation.kind, conversation.listing_id, conversation.owner_id, conversation.respondent_id, entries
        )
