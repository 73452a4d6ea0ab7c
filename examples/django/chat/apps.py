"""What is being replaced: the old chat's tables, and the commands that move them out and in again.

- `conversations`: old rows as conversations
- `handsel_export_messages`, `handsel_import_back`: into Handsel's format, and out of it
- `seed_old_messages`: many of them, for a rehearsal
"""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
