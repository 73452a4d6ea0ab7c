"""Hours: what the hook is told, and what moves when."""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.core import mail
from django.test import TestCase
from django.utils import timezone

from handsel.site import Refused, Step

from . import ledger
from .adopting import TimeBank
from .models import Account, Agreement, Need, Offer

User = get_user_model()


class Hours(TestCase):
    def setUp(self):
        # Without a Handsel: nobody is told.
        self.ana, self.bo = (
            User.objects.bulk_create([User(username=name.lower(), first_name=name)])[0] for name in ("Ana", "Bo")
        )
        self.offer = Offer.objects.bulk_create([Offer(owner=self.ana, title="Bike repair", hours=2)])[0]
        self.need = Need.objects.bulk_create([Need(owner=self.ana, title="Moving", hours=2)])[0]

    def gives(self, user, hours):
        Account.objects.update_or_create(user=user, defaults={"hours": hours})

    def asks(self, kind="approve", row=None, terms=None, seq=2):
        row = row or self.offer
        uid = f"{row.name}:{self.bo.pk}#{seq}"
        TimeBank().agree(Step(kind, uid, row.name, self.ana.pk, self.bo.pk, self.bo.pk, terms))

    def tells(self, kind, row=None, terms=None, seq=2):
        row = row or self.offer
        shake = {"uid": f"{row.name}:{self.bo.pk}#{seq}", "terms": terms}
        ids = {"owner_id": self.ana.pk, "respondent_id": self.bo.pk}
        TimeBank().happened({"type": f"handshake.{kind}", "data": {"listing": row.name, "handshake": shake} | ids})

    def has(self, **expected):
        for name, hours in expected.items():
            user = User.objects.get(username=name)
            self.assertEqual((name, ledger.available(user)), (name, Decimal(str(hours))))

    def test_an_approval_holds_and_a_completion_moves_once(self):
        self.asks()
        self.asks()
        self.has(ana=5, bo=3)
        self.tells("approved")
        self.asks("complete")
        for _ in range(2):
            self.tells("completed")
        self.has(ana=7, bo=3)
        # What comes late changes nothing.
        self.tells("approved")
        self.tells("cancelled")
        self.asks()
        self.has(ana=7, bo=3)
        self.assertEqual(Agreement.objects.get().status, "moved")

    def test_of_a_need_the_owner_gives(self):
        self.asks(row=self.need)
        self.tells("completed", row=self.need)
        self.has(ana=3, bo=7)

    def test_what_comes_to_nothing_is_released(self):
        for how in ("declined", "cancelled"):
            with self.subTest(how):
                self.asks()
                self.has(bo=3)
                self.tells(how)
                self.has(bo=5)
                # A request of the hook's that was under way meanwhile holds nothing for it any more.
                self.asks()
                self.has(bo=5)
                Agreement.objects.all().delete()

    def test_too_few_hours_are_refused_in_words_and_hold_nothing(self):
        for has, needs, words in [
            (1, None, "Bo has 1 hour, 2 are needed"),
            (0, 1, "Bo has 0 hours, 1 is needed"),
            (Decimal("1.5"), 1.75, "Bo has 1.5 hours, 1.75 are needed"),
        ]:
            self.gives(self.bo, has)
            with self.assertRaisesMessage(Refused, words):
                self.asks(terms=None if needs is None else {"hours": needs})
        self.assertFalse(Agreement.objects.exists())
        # Asked again with more hours it passes: a refusal is not for ever.
        self.gives(self.bo, 2)
        self.asks()

    def test_the_same_hours_are_not_held_twice(self):
        self.gives(self.bo, 3)
        self.asks(seq=2)
        with self.assertRaisesMessage(Refused, "Bo has 1 hour, 2 are needed"):
            self.asks(seq=9)

    def test_terms_are_what_a_client_sent(self):
        for terms in [{"hours": h} for h in (-1, 0, 0.1, 1e400, "many", [], {}, 1001, "NaN")]:
            with self.subTest(terms), self.assertRaises(Refused):
                self.asks(terms=terms)
        self.asks(terms={"hours": "0.5", "more": [1]})
        self.has(bo=4.5)

    def test_a_hold_whose_approval_was_never_committed_is_released(self):
        self.asks()
        self.assertEqual(ledger.release_unconfirmed(), 0)
        later = timezone.now() + ledger.UNCONFIRMED + timedelta(seconds=1)
        self.assertEqual(ledger.release_unconfirmed(later), 1)
        self.has(bo=5)
        # And one that was committed after all is held again, enough or not: the two have agreed.
        self.gives(self.bo, 1)
        self.tells("approved")
        self.has(bo=-1)
        self.assertEqual(ledger.release_unconfirmed(later + timedelta(days=1)), 0)

    def test_a_listing_that_is_gone_is_refused_and_its_events_change_nothing(self):
        gone = Offer(pk=99)
        with self.assertRaisesMessage(Refused, "no longer"):
            self.asks(row=gone)
        self.tells("completed", row=gone)
        self.assertFalse(Agreement.objects.exists())

    def test_who_has_not_read_gets_a_mail(self):
        User.objects.filter(pk=self.ana.pk).update(email="ana@example.org")
        data = {"reader_id": self.ana.pk, "unread_count": 3, "listing": "offer_1"}
        with self.captureOnCommitCallbacks(execute=True):
            TimeBank().happened({"type": "conversation.unread", "data": data})
        self.assertEqual([message.to for message in mail.outbox], [["ana@example.org"]])
