"""Out of the old tables and back into them."""

import io
import json
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import TestCase

from market.models import Need, Offer

from .models import Handshake, Message

User = get_user_model()
START = datetime(2025, 5, 1, 12, tzinfo=UTC)


class Moving(TestCase):
    def setUp(self):
        self.ana, self.bo, self.cy = User.objects.bulk_create([User(username=name) for name in ("ana", "bo", "cy")])
        self.offer = Offer.objects.bulk_create([Offer(owner=self.ana, title="Bike repair")])[0]
        self.need = Need.objects.bulk_create([Need(owner=self.bo, title="Moving")])[0]
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "old.ndjson"

    def says(self, sender, recipient, content, minute, is_read=True, about=None):
        row = about or self.offer
        return Message.objects.create(
            **{row.kind: row},
            sender=sender,
            recipient=recipient,
            content=content,
            created_at=START + timedelta(minutes=minute),
            is_read=is_read,
        )

    def exported(self):
        errors = io.StringIO()
        call_command("handsel_export_messages", self.file, stdout=io.StringIO(), stderr=errors)
        lines = [json.loads(line) for line in self.file.read_text().splitlines()]
        self.assertEqual(lines[-1], {"type": "end", "lines": len(lines)})
        return lines, errors.getvalue().splitlines()

    def said(self, lines, key):
        return [
            (line["seq"], line.get("content") or line.get("step"))
            for line in lines
            if line["type"] in ("message", "step") and line["conversation"] == key
        ]

    def test_two_respondents_have_a_conversation_each(self):
        self.says(self.cy, self.ana, "Is it free?", 2)
        self.says(self.bo, self.ana, "Hello!", 1)
        self.says(self.ana, self.bo, "Hello, Bo", 3)
        self.says(self.ana, self.cy, "It is", 4)
        lines, left = self.exported()
        name = self.offer.name
        self.assertEqual(self.said(lines, f"{name}:{self.bo.pk}"), [(1, "Hello!"), (2, "Hello, Bo")])
        self.assertEqual(self.said(lines, f"{name}:{self.cy.pk}"), [(1, "Is it free?"), (2, "It is")])
        self.assertEqual(left, [])

    def test_a_handshake_becomes_its_steps_at_their_times(self):
        self.says(self.bo, self.ana, "Saturday?", 0)
        self.says(self.ana, self.bo, "See you", 9)
        at = {"created_at": START + timedelta(minutes=1), "approved_at": START + timedelta(minutes=5)}
        Handshake.objects.create(
            offer=self.offer, user1=self.ana, user2=self.bo, initiator=self.bo, status="approved", **at
        )
        lines, _ = self.exported()
        self.assertEqual(
            self.said(lines, f"{self.offer.name}:{self.bo.pk}"),
            [(1, "Saturday?"), (2, "start"), (3, "approve"), (4, "See you")],
        )
        steps = [(line["step"], line["actor_id"]) for line in lines if line["type"] == "step"]
        self.assertEqual(steps, [("start", self.bo.pk), ("approve", self.ana.pk)])

    def test_the_conversation_that_was_written_to_last_comes_last(self):
        self.says(self.bo, self.ana, "Long ago", 1)
        self.says(self.cy, self.ana, "Yesterday", 8)
        self.says(self.ana, self.bo, "  ", 20)
        self.says(self.ana, self.bo, "About moving", 3, about=self.need)
        self.says(self.cy, self.bo, "In between", 4, about=self.need)
        # What was agreed last counts as well.
        at = {"created_at": START + timedelta(minutes=2), "approved_at": START + timedelta(minutes=9)}
        Handshake.objects.create(
            need=self.need, user1=self.ana, user2=self.bo, initiator=self.ana, status="approved", **at
        )
        lines, _ = self.exported()
        offer, need = self.offer.name, self.need.name
        order = [f"{offer}:{self.bo.pk}", f"{need}:{self.cy.pk}", f"{offer}:{self.cy.pk}", f"{need}:{self.ana.pk}"]
        self.assertEqual([line["conversation"] for line in lines if line["type"] == "conversation"], order)
        # Each with its own entries behind it.
        entries = [line["conversation"] for line in lines if "seq" in line]
        self.assertEqual([key for key, _ in groupby(entries)], order)

    def test_nothing_unread_becomes_read(self):
        for minute, is_read in enumerate([True, False, True]):
            self.says(self.bo, self.ana, f"{minute}", minute, is_read)
        self.says(self.ana, self.bo, "answer", 3, is_read=True)
        lines, _ = self.exported()
        [conversation] = [line for line in lines if line["type"] == "conversation"]
        self.assertEqual((conversation["owner_read_up_to"], conversation["respondent_read_up_to"]), (1, 4))

    def test_what_cannot_be_taken_is_told_with_the_reason(self):
        self.says(self.ana, self.bo, "I begin", 0)
        self.says(self.bo, self.ana, "  ", 1)
        self.says(self.bo, self.cy, "between respondents", 2)
        self.says(self.bo, self.ana, "x" * 5000 + "\0", 3)
        Message.objects.create(sender=self.bo, recipient=self.ana, content="about nothing", created_at=START)
        lines, left = self.exported()
        said = self.said(lines, f"{self.offer.name}:{self.bo.pk}")
        self.assertEqual([(seq, len(content)) for seq, content in said], [(1, 4000), (2, 1000)])
        reasons = " ".join(left)
        self.assertEqual(len(left), 4, left)
        for why in ("the owner wrote before", "it says nothing", "not between", "neither an offer nor a need"):
            self.assertIn(why, reasons)

    def test_the_way_back_brings_the_same_rows_and_may_be_gone_twice(self):
        self.says(self.bo, self.ana, "Hello!", 0)
        self.says(self.ana, self.bo, "Hello, Bo", 1, is_read=False)
        self.says(self.ana, self.bo, "About moving", 2, about=self.need)
        self.says(self.cy, self.bo, "So do I 👍🏽", 3, is_read=False, about=self.need)
        shake = {"created_at": START, "approved_at": START + timedelta(hours=1)}
        Handshake.objects.create(need=self.need, user1=self.bo, user2=self.cy, initiator=self.cy, status="approved", **shake)
        columns = ["offer", "need", "sender", "recipient", "content", "created_at", "is_read"]
        shaken = ["need", "user1", "user2", "initiator", "status", "created_at", "approved_at"]
        rows = [sorted(map(str, model.objects.values_list(*of))) for model, of in ((Message, columns), (Handshake, shaken))]
        self.exported()
        for _ in range(2):
            # What happened at Handsel since takes the place of what the tables have; the rest stays.
            Message.objects.filter(content="Hello!").update(content="changed")
            call_command("handsel_import_back", self.file, stdout=io.StringIO())
            back = [sorted(map(str, model.objects.values_list(*of))) for model, of in ((Message, columns), (Handshake, shaken))]
            self.assertEqual(back, rows)

    def comes_back(self):
        """Twice, which changes nothing; returns what was told of what the tables have on their own."""
        for _ in range(2):
            told = io.StringIO()
            call_command("handsel_import_back", self.file, stdout=io.StringIO(), stderr=told)
        return told.getvalue().splitlines()

    def test_what_did_not_move_is_still_there_after_the_way_back(self):
        early = self.says(self.ana, self.bo, "I begin", 0)
        empty = self.says(self.bo, self.ana, "  ", 1)
        long = self.says(self.bo, self.ana, "x" * 4000 + "y", 2)
        self.says(self.ana, self.bo, "taken", 3)
        refused = self.says(self.bo, self.ana, "refused", 4)
        also = self.says(self.ana, self.bo, "behind it", 5)
        own = self.says(self.ana, self.ana, "to herself", 6)
        lines, _ = self.exported()
        # What `handsel import` refused, `handsel export` does not have.
        self.rewrite([line for line in lines if line.get("content") not in ("refused", "behind it")])
        told = self.comes_back()
        kept = [early, empty, refused, also]
        self.assertEqual(told, [
            f"kept: message {row.pk} in {self.offer.name}:{self.bo.pk}: the file does not have it" for row in kept
        ])
        said = list(Message.objects.order_by("created_at", "pk").values_list("content", flat=True))
        self.assertEqual(
            said, ["I begin", "  ", "x" * 4000, "y", "taken", "refused", "behind it", "to herself"]
        )
        self.assertTrue(Message.objects.filter(pk=own.pk).exists())
        self.assertFalse(Message.objects.filter(pk=long.pk).exists())

    def test_half_of_a_long_message_does_not_take_its_place(self):
        self.says(self.bo, self.ana, "Hello!", 0)
        long = self.says(self.bo, self.ana, "x" * 4000 + "y", 1)
        lines, _ = self.exported()
        self.rewrite([line for line in lines if line.get("content") != "y"])
        call_command("handsel_import_back", self.file, stdout=io.StringIO(), stderr=io.StringIO())
        self.assertTrue(Message.objects.filter(pk=long.pk).exists())

    def test_what_was_redacted_at_handsel_takes_the_place_of_what_was_said(self):
        self.says(self.bo, self.ana, "a secret", 0)
        lines, _ = self.exported()
        at = {"redacted_at": "2025-06-01T00:00:00.000Z"}
        self.rewrite([line | at | {"content": ""} if line.get("content") else line for line in lines])
        self.assertEqual(self.comes_back(), [])
        self.assertEqual(Message.objects.get().content, "")

    def test_a_handshake_that_did_not_move_stays_until_handsel_has_another_one(self):
        self.says(self.ana, self.bo, "I begin", 0)
        pair = {"offer": self.offer, "user1": self.ana, "user2": self.bo}
        early = Handshake.objects.create(**pair, initiator=self.ana, created_at=START + timedelta(minutes=1))
        self.says(self.bo, self.ana, "Hello!", 2)
        lines, _ = self.exported()
        self.assertEqual(len([line for line in self.comes_back() if f"kept: handshake {early.pk} in" in line]), 1)
        self.assertEqual(Handshake.objects.get(), early)
        step = {"type": "step", "seq": 2, "actor_id": self.bo.pk, "step": "start", "created_at": "2025-06-01T00:00:00.000Z"}
        self.rewrite([*lines[:-1], step | {"conversation": f"{self.offer.name}:{self.bo.pk}"}, lines[-1]])
        told = io.StringIO()
        call_command("handsel_import_back", self.file, stdout=io.StringIO(), stderr=told)
        self.assertIn(f"replaced: pending handshake {early.pk} of 2025-05-01T12:01:00.000Z", told.getvalue())
        self.assertEqual(Handshake.objects.get().initiator, self.bo)

    def rewrite(self, lines):
        self.file.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def test_a_file_that_was_cut_off_changes_nothing(self):
        self.says(self.bo, self.ana, "Hello!", 0)
        self.exported()
        self.file.write_text("\n".join(self.file.read_text().splitlines()[:-1]))
        Message.objects.update(content="changed")
        with self.assertRaisesMessage(CommandError, "it was cut off"):
            call_command("handsel_import_back", self.file, stdout=io.StringIO())
        self.assertEqual(Message.objects.get().content, "changed")
