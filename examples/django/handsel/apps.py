"""The app `handsel`: everything that stands between a Django site and its Handsel. Knows no site.

- `site`: what a site has to say for itself; `config`: its settings
- `client`: the admin API
- `mirror`: users and listings are told as they change; `tokens`, `middleware`: who is logged in
- `signing`, `views`: what Handsel asks and tells over HTTP; `events`: each event is handled once
- `tables`, `routers`, `admin`: its SQL views, to be read in Django's admin
- `moving`: the file that is moved in and out
"""

from django.apps import AppConfig


class HandselConfig(AppConfig):
    name = "handsel"
    verbose_name = "Handsel"

    def ready(self):
        from . import mirror, tokens

        mirror.follow_models()
        tokens.follow_log_ins()
