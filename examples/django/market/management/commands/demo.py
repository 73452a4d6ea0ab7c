"""Two people to try the time bank with: ana and bo (password `handsel-demo`), an offer, a need, and ana for the admin."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from market.models import Need, Offer

PASSWORD = "handsel-demo"


class Command(BaseCommand):
    help = __doc__

    def handle(self, **_):
        ana, bo = (self.person(*name) for name in [("ana", "Ana", "Ortega", True), ("bo", "Bo", "Lind", False)])
        Offer.objects.get_or_create(owner=ana, title="Bike repair", defaults={"hours": 2, "description": "I come by."})
        Need.objects.get_or_create(owner=bo, title="Help with moving", defaults={"hours": 6})
        self.stdout.write(f"ana and bo may log in, with the password {PASSWORD}")

    def person(self, username, first_name, last_name, is_staff):
        person, is_new = get_user_model().objects.get_or_create(
            username=username,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "email": f"{username}@example.org",
                "is_staff": is_staff,
                "is_superuser": is_staff,
            },
        )
        if is_new:
            person.set_password(PASSWORD)
            person.save()
        return person
