"""Reads Handsel's feed of events: in place of webhooks, or beside them for what they could not bring."""

import time

from django.core.management.base import BaseCommand

from handsel import events
from handsel.client import Unreachable


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="end where the feed ends, as cron wants it")
        parser.add_argument("--seconds", type=float, default=2, help="between two looks (default: 2)")

    def handle(self, *, once, seconds, **_):
        while True:
            try:
                new = events.follow()
            except Unreachable as away:
                if once:
                    raise
                self.stderr.write(f"Handsel is away: {away}")
            else:
                if new or once:
                    self.stdout.write(f"{new} new events")
            if once:
                return
            time.sleep(seconds)
