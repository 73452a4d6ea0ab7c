"""Prints the variables that the site and its Handsel share, with new keys: for a file that only the two may read."""

import base64
import secrets
import shlex
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--database", default="handsel.db", help="Handsel's own: a file of SQLite's, or postgres://…")
        parser.add_argument("--site", default="http://127.0.0.1:8000", help="where Handsel reaches this site")

    def handle(self, *, site, database, **_):
        secret = base64.b64encode(secrets.token_bytes(32)).decode()
        if "://" not in database:
            # Whole, so that it is the same file whatever directory a command of Handsel's is called from.
            database = f"sqlite://{quote(str(Path(database).resolve()))}"
        for name, value in {
            "HANDSEL_DATABASE_URL": database,
            "HANDSEL_IDENTITY": "external",
            "HANDSEL_ADMIN_KEY": secrets.token_urlsafe(32),
            "HANDSEL_WEBHOOK_SECRET": f"whsec_{secret}",
            "HANDSEL_HANDSHAKE_HOOK": f"{site}/handsel/hook/",
            "HANDSEL_WEBHOOK_URL": f"{site}/handsel/events/",
            # Handsel calls no private address unless it is told to.
            "HANDSEL_OUTBOUND_ALLOW": urlsplit(site).hostname,
        }.items():
            self.stdout.write(f"{name}={shlex.quote(value)}")
