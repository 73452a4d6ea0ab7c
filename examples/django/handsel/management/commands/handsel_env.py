"""Prints the variables that the site and its Handsel share, with new keys: for a file that only the two may read."""

import base64
import secrets
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--site", default="http://127.0.0.1:8000", help="where Handsel reaches this site")

    def handle(self, *, site, **_):
        secret = base64.b64encode(secrets.token_bytes(32)).decode()
        for name, value in {
            "HANDSEL_IDENTITY": "external",
            "HANDSEL_ADMIN_KEY": secrets.token_urlsafe(32),
            "HANDSEL_WEBHOOK_SECRET": f"whsec_{secret}",
            "HANDSEL_HANDSHAKE_HOOK": f"{site}/handsel/hook/",
            "HANDSEL_WEBHOOK_URL": f"{site}/handsel/events/",
            # Handsel calls no private address unless it is told to.
            "HANDSEL_OUTBOUND_ALLOW": urlsplit(site).hostname,
        }.items():
            self.stdout.write(f"{name}={value}")
