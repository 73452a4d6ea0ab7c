"""What the app does without a Handsel: signatures, what is told, what is handled once."""

import json
import re
import time
from unittest import mock

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import transaction
from django.test import Client, SimpleTestCase, TestCase, TransactionTestCase, override_settings
from django.utils.functional import SimpleLazyObject

from market.models import Offer

from . import events, mirror, signing
from .client import Answered, Unreachable
from .config import setting
from .models import FeedPosition, HandledEvent, HandselUser, Mirrored
from .routers import Views as Router

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
User = get_user_model()


def headers(body, secret=SECRET, message_id="msg_1", at=None):
    timestamp = str(int(time.time() if at is None else at))
    signature = signing.signature(secret, message_id, timestamp, body)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def told(number, minute=0):
    """An event."""
    at = f"2026-11-23T18:{minute:02}:00.0{number:02}Z"
    return {"id": number, "type": "message.created", "timestamp": at, "data": {}}


class Signatures(SimpleTestCase):
    def test_a_signature_is_that_of_the_standard(self):
        signature = signing.signature(
            SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
        )
        self.assertEqual(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_while_one_secret_replaces_another_both_are_good(self):
        other = "whsec_" + "A" * 32
        for secret in (SECRET, other):
            signing.verify(f"{SECRET} {other}", headers(b"{}", secret), b"{}")
        several = headers(b"{}") | {"webhook-signature": "v1,bm9uZQ== v1a,x " + headers(b"{}")["webhook-signature"]}
        signing.verify(SECRET, several, b"{}")

    def test_what_is_forged_old_or_unsigned_is_not_taken(self):
        good = headers(b"{}")
        for why, given, body in [
            ("another body", good, b"[]"),
            ("another id", good | {"webhook-id": "msg_2"}, b"{}"),
            ("another time", good | {"webhook-timestamp": str(int(time.time()) + 1)}, b"{}"),
            ("old", headers(b"{}", at=time.time() - 301), b"{}"),
            ("from the future", headers(b"{}", at=time.time() + 301), b"{}"),
            ("another secret", headers(b"{}", "whsec_" + "A" * 32), b"{}"),
            ("no signature", good | {"webhook-signature": ""}, b"{}"),
            ("no headers", {}, b"{}"),
        ]:
            with self.subTest(why), self.assertRaises(signing.Forged):
                signing.verify(SECRET, given, body)
        with self.assertRaises(signing.Forged):
            signing.verify("", good, b"{}")


@override_settings(HANDSEL={"SITE": "market.adopting.TimeBank", "WEBHOOK_SECRET": SECRET})
class Hook(TestCase):
    def post(self, path, body, **more):
        body = json.dumps(body).encode()
        return self.client.post(path, body, "application/json", headers=headers(body, **more))

    def test_what_is_not_signed_is_no_refusal(self):
        with self.assertLogs("handsel", "ERROR"):
            answer = self.post("/handsel/hook/", {}, secret="whsec_" + "A" * 32)
        self.assertEqual(answer.status_code, 503)
        with self.assertLogs("handsel", "ERROR"):
            self.assertEqual(self.client.post("/handsel/events/").status_code, 503)

    def test_an_event_that_comes_again_is_handled_once(self):
        event = told(7)
        with mock.patch("market.adopting.TimeBank.happened") as happened:
            for _ in range(2):
                self.assertEqual(self.post("/handsel/events/", event).status_code, 204)
        happened.assert_called_once_with(event)

    def test_an_event_that_fails_is_not_handled(self):
        with mock.patch("market.adopting.TimeBank.happened", side_effect=RuntimeError), self.assertRaises(RuntimeError):
            events.handle(told(8))
        self.assertFalse(HandledEvent.objects.exists())


@override_settings(HANDSEL={"SITE": "market.adopting.TimeBank"})
class Feed(TestCase):
    """What `handsel_follow` reads: of a Handsel that has `kept` these events, and none up to `expired`."""

    def setUp(self):
        self.kept, self.expired, self.handled = [], 0, []
        for what, instead in [
            ("handsel.client.Admin.events", lambda _, after: self.page(after)),
            ("market.adopting.TimeBank.happened", lambda _, event: self.handled.append(events.name_of(event))),
        ]:
            patch = mock.patch(what, instead)
            patch.start()
            self.addCleanup(patch.stop)

    def page(self, after):
        newest = max((event["id"] for event in self.kept), default=self.expired)
        if 0 < after < self.expired:
            raise Answered(410, "events_expired", "")
        if after > newest:
            raise Answered(400, "query_invalid", "")
        return {"results": [event for event in self.kept if event["id"] > after][:3]}

    def names(self):
        return [events.name_of(event) for event in self.kept]

    def begins_anew(self):
        with self.assertLogs("handsel", "WARNING"):
            return events.follow()

    def test_each_event_is_handled_once_whichever_way_it_comes(self):
        self.kept = [told(number) for number in range(1, 6)]
        events.handle(self.kept[3])
        self.assertEqual((events.follow(), events.follow()), (4, 0))
        self.kept.append(told(6))
        self.assertEqual(events.follow(), 1)
        self.assertEqual(sorted(self.handled), self.names())

    def test_an_event_s_name_has_its_number_and_its_time_in_milliseconds(self):
        self.assertEqual(events.name_of({"id": 17, "timestamp": "2026-11-23T18:00:00.029Z"}), "evt_17_1795456800029")

    def test_a_restored_backup_gives_numbers_again_and_nothing_is_lost_or_repeated(self):
        for newer in (0, 1, 2, 3, 5):
            with self.subTest(newer=newer):
                self.kept = [told(number) for number in range(1, 7)]
                events.follow()
                self.handled.clear()
                # The backup had four of them.
                self.kept = self.kept[:4] + [told(5 + number, minute=30 + newer) for number in range(newer)]
                self.assertEqual(self.begins_anew(), newer)
                self.assertEqual(self.handled, self.names()[4:])
                self.assertEqual(events.follow(), 0)
                FeedPosition.objects.all().delete()

    def test_the_feed_of_a_handsel_that_was_moved_begins_at_1_again(self):
        self.kept = [told(1), told(2)]
        events.follow()
        self.kept = [told(1, minute=30), told(2, minute=31)]
        self.assertEqual(self.begins_anew(), 2)
        self.assertEqual(len(set(self.handled)), 4)

    def test_after_events_that_expired_unread_it_goes_on_with_the_oldest(self):
        self.kept = [told(1), told(2)]
        events.follow()
        self.kept, self.expired = [told(7), told(8)], 6
        self.assertEqual((self.begins_anew(), events.follow()), (2, 0))

    def test_where_all_has_expired_it_waits_for_what_comes(self):
        self.kept = [told(1)]
        events.follow()
        self.kept, self.expired = [], 1
        self.begins_anew()
        self.kept = [told(2)]
        self.assertEqual(events.follow(), 1)

    def test_another_refusal_is_nobody_s_to_pass_over(self):
        self.kept = [told(1), told(2)]
        events.follow()
        with mock.patch.object(self, "page", side_effect=Answered(401, "admin_key_invalid", "")):
            self.assertRaises(Answered, events.follow)
        self.assertEqual(FeedPosition.objects.get().after, 2)


class Told(TransactionTestCase):
    def setUp(self):
        self.calls = []
        patch = mock.patch("handsel.client.Admin.call", lambda _, *call: self.answer(*call))
        patch.start()
        self.addCleanup(patch.stop)

    def answer(self, method, path, body=None):
        self.calls.append((method, path, body))
        return {"token": "t", "expires_at": "2999-01-01T00:00:00Z"}

    def test_people_and_listings_are_told_as_they_change(self):
        ana = User.objects.create_user("ana", first_name="Ana")
        offer = Offer.objects.create(owner=ana, title="Bike repair")
        offer.is_open = False
        offer.save()
        ana.is_active = False
        ana.save()
        names = {"username": "ana", "first_name": "Ana", "last_name": ""}
        listing = {"owner_id": ana.pk, "title": "Bike repair", "description": ""}
        self.assertEqual(
            self.calls,
            [
                ("PUT", f"/api/admin/users/{ana.pk}/", names),
                ("PUT", f"/api/admin/listings/offer_{offer.pk}/", listing | {"status": "open"}),
                ("PUT", f"/api/admin/listings/offer_{offer.pk}/", listing | {"status": "closed"}),
                ("PUT", f"/api/admin/users/{ana.pk}/", names),
                ("PATCH", f"/api/admin/users/{ana.pk}/", {"suspended": True}),
            ],
        )
        self.assertEqual(mirror.left(), [])

    def test_a_handsel_that_is_away_fails_nothing_and_is_told_later(self):
        with mock.patch.object(self, "answer", side_effect=Unreachable("away")), self.assertLogs("handsel", "WARNING"):
            ana = User.objects.create_user("ana")
        self.assertEqual(mirror.left(), [f"user_{ana.pk}"])
        self.assertIsNone(mirror.try_to_send(f"user_{ana.pk}"))
        self.assertEqual((len(self.calls), mirror.left()), (1, []))

    def test_what_is_sent_late_is_overtaken_by_what_is_newer(self):
        ana = User.objects.create_user("ana", first_name="Ana")
        self.calls.clear()

        def meanwhile(method, path, body=None):
            self.calls.append(body["first_name"])
            if len(self.calls) == 1:
                # Somebody else changes and sends it before this call comes through.
                User.objects.filter(pk=ana.pk).update(first_name="Anna")
                mirror.want_user(User.objects.get(pk=ana.pk))

        with mock.patch.object(self, "answer", side_effect=meanwhile):
            mirror.want_user(ana)
        self.assertEqual(self.calls, ["Ana", "Anna", "Anna"])
        self.assertEqual(mirror.left(), [])

    def test_a_change_that_is_rolled_back_is_told_to_nobody(self):
        with self.assertRaises(RuntimeError), transaction.atomic():
            User.objects.create_user("ana")
            raise RuntimeError
        self.assertEqual((self.calls, Mirrored.objects.count()), ([], 0))

    def test_who_logs_in_gets_a_token_and_who_logs_out_has_none(self):
        ana = User.objects.create_user("ana", password="handsel-demo")
        self.calls.clear()
        self.client.login(username="ana", password="handsel-demo")
        self.assertEqual(self.client.post("/handsel/token/").json(), {"token": "t"})
        tokens = ("POST", "/api/admin/tokens/", {"user_id": ana.pk})
        self.assertEqual(self.calls, [tokens])
        # Refused: a new one. Logged out: none.
        self.client.post("/handsel/token/", {"refused": "t"})
        self.client.post("/accounts/logout/")
        self.assertEqual(self.calls[1:], [tokens, ("DELETE", f"/api/admin/tokens/?user_id={ana.pk}", None)])
        self.assertEqual(self.client.post("/handsel/token/").status_code, 302)

    def test_somebody_whom_handsel_does_not_know_is_told_first(self):
        ana = User.objects.create_user("ana", password="handsel-demo")
        self.calls.clear()
        unknown = [Answered(404, "user_not_found", "")]

        def forgot(method, path, body=None):
            self.calls.append(f"{method} {path}")
            if method == "POST" and unknown:
                raise unknown.pop()
            return {"token": "t", "expires_at": "2999-01-01T00:00:00Z"}

        with mock.patch.object(self, "answer", side_effect=forgot):
            self.client.login(username="ana", password="handsel-demo")
        told = f"PUT /api/admin/users/{ana.pk}/"
        self.assertEqual(self.calls, ["POST /api/admin/tokens/", told, "POST /api/admin/tokens/"])

    def revoked(self):
        return [(method, path) for method, path, _ in self.calls if method == "DELETE"]

    def test_a_new_password_ends_the_tokens_of_the_old_one(self):
        ana = User.objects.create_user("ana", email="ana@timebank.example", password="handsel-demo")
        tokens = ("DELETE", f"/api/admin/tokens/?user_id={ana.pk}")
        self.client.login(username="ana", password="handsel-demo")
        self.assertEqual(self.revoked(), [])
        # Changed by herself, in one browser.
        new = {"old_password": "handsel-demo", "new_password1": "another-one-8", "new_password2": "another-one-8"}
        self.assertEqual(self.client.post("/accounts/password_change/", new).status_code, 302)
        self.assertEqual(self.revoked(), [tokens])
        # There she is still logged in, and is given a new token.
        self.assertEqual(self.client.post("/handsel/token/", {"refused": "t"}).status_code, 200)
        # By the link in an e-mail.
        self.client.post("/accounts/password_reset/", {"email": ana.email})
        link = re.search(r"/accounts/reset/\S+", mail.outbox[0].body)[0]
        form = self.client.get(link, follow=True).redirect_chain[-1][0]
        new = {"new_password1": "a-third-one-8", "new_password2": "a-third-one-8"}
        self.assertEqual(self.client.post(form, new).status_code, 302)
        self.assertEqual(self.revoked(), [tokens] * 2)
        # By an operator: another one, and none.
        ana.refresh_from_db()
        ana.set_password("a-fourth-one-8")
        ana.save(update_fields=["password"])
        ana.set_unusable_password()
        ana.save()
        self.assertEqual((self.revoked(), mirror.left()), ([tokens] * 4, []))

    def test_what_leaves_the_password_as_it_is_revokes_nothing(self):
        ana = User.objects.create_user("ana", password="handsel-demo")
        ana.first_name = "Ana"
        ana.save()
        ana.save(update_fields=["last_login"])
        self.assertEqual(self.revoked(), [])

    def test_a_new_password_that_is_rolled_back_revokes_nothing(self):
        ana = User.objects.create_user("ana", password="handsel-demo")
        with mirror.a_request(), self.assertRaises(RuntimeError), transaction.atomic():
            ana.set_password("another-one-8")
            ana.save()
            raise RuntimeError
        self.assertEqual((self.revoked(), mirror.left()), ([], []))

    def test_whoever_is_told_of_the_new_password_finds_no_session_of_the_old_one(self):
        User.objects.create_user("ana", password="handsel-demo")
        browsers = [Client(), Client()]
        for browser in browsers:
            browser.login(username="ana", password="handsel-demo")
        elsewhere = []

        def revoked(method, path, body=None):
            if method == "DELETE":
                elsewhere.append(browsers[1].post("/handsel/token/", {"refused": "t"}).status_code)
            return {}

        new = {"old_password": "handsel-demo", "new_password1": "another-one-8", "new_password2": "another-one-8"}
        with mock.patch.object(self, "answer", side_effect=revoked):
            browsers[0].post("/accounts/password_change/", new)
        self.assertEqual(elsewhere, [302])

    def test_whoever_is_told_of_the_log_out_finds_no_session_any_more(self):
        User.objects.create_user("ana", password="handsel-demo")
        self.client.login(username="ana", password="handsel-demo")
        sessions = []

        def revoked(method, path, body=None):
            sessions.append(Session.objects.count())
            return {}

        with mock.patch.object(self, "answer", side_effect=revoked):
            self.client.post("/accounts/logout/")
        self.assertEqual(sessions, [0])


class Views(SimpleTestCase):
    def test_a_lazy_row_is_none_of_a_view_s(self):
        lazy = SimpleLazyObject(lambda: User(username="ana"))
        self.assertTrue(Router().allow_relation(lazy, Offer()))
        self.assertIsNone(Router().allow_relation(HandselUser(), lazy))
        self.assertEqual((Router().db_for_read(HandselUser), Router().db_for_read(User)), ("handsel", None))

    def test_nothing_is_written_over_a_view(self):
        for write in (HandselUser(id=1).save, HandselUser(id=1).delete):
            with self.assertRaises(TypeError):
                write()

    def test_settings_are_read_at_each_use(self):
        with self.settings(HANDSEL={"URL": "http://elsewhere"}):
            self.assertEqual(setting("URL"), "http://elsewhere")
