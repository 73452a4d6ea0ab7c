"""Handsel's views in Django's admin, to be read by those whom the site lets (`view` permissions).

What is read here Handsel does not note down. Where every look into a conversation is to be accounted for, give nobody the
permission for messages, and read by the admin API's timeline instead, which does.
"""

from django.conf import settings
from django.contrib import admin

from .models import Mirrored
from .tables import HandselConversation, HandselHandshake, HandselListing, HandselMessage, HandselUser


class ReadOnly(admin.ModelAdmin):
    """To be looked at."""

    # Counting all rows for each page would read the whole table.
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


class Messages(ReadOnly):
    list_display = ["id", "conversation_id", "seq", "sender", "created_at", "is_read", "content"]
    list_select_related = ["sender"]
    search_fields = ["=conversation__conversation", "=sender__username"]


class Handshakes(ReadOnly):
    list_display = ["uid", "status", "initiator", "note", "terms", "changed_at"]
    list_filter = ["status"]
    list_select_related = ["initiator"]
    search_fields = ["=conversation__conversation"]


class Conversations(ReadOnly):
    list_display = ["conversation", "owner", "respondent", "head", "last_entry_at"]
    list_select_related = ["owner", "respondent"]
    search_fields = ["=conversation", "=owner__username", "=respondent__username"]


class Listings(ReadOnly):
    list_display = ["listing", "title", "owner", "status"]
    list_select_related = ["owner"]
    search_fields = ["=listing", "title"]


class Users(ReadOnly):
    list_display = ["id", "username", "first_name", "last_name", "suspended_at", "deleted_at"]
    search_fields = ["=username"]


class Told(ReadOnly):
    """What Handsel is told of, and whether it was."""

    list_display = ["what", "method", "path", "wanted", "sent"]
    search_fields = ["=what"]


admin.site.register(Mirrored, Told)
if "handsel" in settings.DATABASES:
    admin.site.register(HandselMessage, Messages)
    admin.site.register(HandselHandshake, Handshakes)
    admin.site.register(HandselConversation, Conversations)
    admin.site.register(HandselListing, Listings)
    admin.site.register(HandselUser, Users)
