"""The setting `HANDSEL`, read at each use, so that a test may override it."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string


def setting(name):
    """One of its entries."""
    try:
        return settings.HANDSEL[name]
    except KeyError:
        raise ImproperlyConfigured(f"HANDSEL has no {name!r}; see handsel/config.py") from None


def the_site():
    """The site's own part, an instance of a `handsel.site.Site`."""
    return import_string(setting("SITE"))()
