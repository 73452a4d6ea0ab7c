"""What Handsel asks and tells the site, and the token that a page asks for. Knows nothing of agreements or events."""

import json
import logging

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import events, tokens
from .client import Answered, Unreachable
from .config import setting, the_site
from .signing import Forged, verify
from .site import Refused, Step

log = logging.getLogger(__name__)


def signed(view):
    """Lets through what Handsel has signed. No session and no form is involved, so that CSRF has nothing to protect."""

    def checked(request):
        try:
            verify(setting("WEBHOOK_SECRET"), request.headers, request.body)
        except Forged as why:
            log.error("not from Handsel: %s: %s", request.path, why)
            # No 4xx: to the hook that would be the ledger's refusal, shown to people, where a secret was mistyped.
            return JsonResponse({"message": str(why)}, status=503)
        return view(json.loads(request.body))

    return csrf_exempt(require_POST(checked))


@signed
def hook(asked):
    """A step of a handshake is about to be taken: may it?"""
    step = Step.from_hook(asked["data"])
    try:
        the_site().agree(step)
    except Refused as refused:
        return JsonResponse({"message": str(refused)}, status=409)
    return HttpResponse(status=204)


@signed
def webhook(event):
    """Something was committed. Anything but 2xx has it told again, later."""
    events.handle(event)
    return HttpResponse(status=204)


@never_cache
@login_required
@require_POST
def token(request):
    """The token for a page of somebody who is logged in."""
    try:
        return JsonResponse({"token": tokens.token_for(request, request.POST.get("refused", ""))})
    except Unreachable:
        return JsonResponse({"message": "Messages are not available at the moment."}, status=503)
    except Answered as no:
        log.warning("no token for user %s: %s", request.user.pk, no)
        return JsonResponse({"message": "There are no messages for this account."}, status=403)
