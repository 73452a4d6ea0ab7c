"""Tells Handsel of all users and listings: once at the beginning, and from cron with `--left` for what did not go through."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from handsel import mirror
from handsel.config import the_site


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--left", action="store_true", help="only what Handsel has not been told of yet")

    def handle(self, *, left, **_):
        if not left:
            for user in get_user_model().objects.order_by("pk").iterator(chunk_size=1000):
                mirror.want_user(user, now=False)
            for model in the_site().listing_models:
                for row in model.objects.order_by("pk").iterator(chunk_size=1000):
                    mirror.want_listing(row, now=False)
        waiting = mirror.left()
        failed = [why for why in map(mirror.try_to_send, waiting) if why]
        self.stdout.write(f"{len(waiting) - len(failed)} told, {len(failed)} left")
        if failed:
            raise CommandError(f"Handsel was not told of everything; the first: {failed[0]}")
