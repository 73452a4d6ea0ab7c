"""Releases hours that were held for approvals which were never committed. For cron, each quarter of an hour."""

from django.core.management.base import BaseCommand

from market import ledger


class Command(BaseCommand):
    help = __doc__

    def handle(self, **_):
        self.stdout.write(f"{ledger.release_unconfirmed()} released")
