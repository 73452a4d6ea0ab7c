"""Handsel's views are read from Handsel's database, and nothing is ever written there."""


class Views:
    """A router that knows the unmanaged models of this app, and leaves all else to others."""

    def db_for_read(self, model, **_):
        return "handsel" if is_view(model) else None

    def db_for_write(self, model, **_):
        return "handsel" if is_view(model) else None

    def allow_relation(self, one, other, **_):
        return is_view(one) == is_view(other) or None

    def allow_migrate(self, db, app_label, **_):
        return False if db == "handsel" else None


def is_view(model):
    """Of a model or a row: a row may be lazy, as `request.user` is, and its type none of the models."""
    return model._meta.app_label == "handsel" and not model._meta.managed
