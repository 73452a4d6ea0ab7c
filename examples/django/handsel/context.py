"""What a page needs to open a conversation. Knows nothing of pages."""

from django.urls import reverse

from .config import setting


def handsel(request):
    """`{{ handsel|json_script:"handsel" }}`"""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"handsel": None}
    return {"handsel": {"url": setting("PUBLIC_URL"), "token_url": reverse("handsel:token"), "user_id": user.pk}}
