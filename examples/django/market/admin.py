"""The time bank in Django's admin."""

from django.contrib import admin

from .models import Account, Agreement, Need, Offer


@admin.register(Offer, Need)
class Listings(admin.ModelAdmin):
    list_display = ["title", "owner", "hours", "is_open"]
    raw_id_fields = ["owner"]


@admin.register(Account)
class Accounts(admin.ModelAdmin):
    list_display = ["user", "hours"]
    raw_id_fields = ["user"]


@admin.register(Agreement)
class Agreements(admin.ModelAdmin):
    """Handshakes make these, and people do not."""

    list_display = ["uid", "giver", "taker", "hours", "status", "is_confirmed"]
    list_filter = ["status"]

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission
