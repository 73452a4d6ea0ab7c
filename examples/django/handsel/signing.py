"""Signatures by Standard Webhooks (https://www.standardwebhooks.com). Knows nothing of what is signed."""

import base64
import binascii
import hashlib
import hmac
import time

# How far the sender's clock may be off; what is older may be a copy that somebody kept.
TOLERANCE_S = 300


class Forged(Exception):
    """Nobody who has a secret has signed this, or it was long ago."""


def signature(secret, message_id, timestamp, body):
    """`v1,…` of a body, by one secret (`whsec_…`)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def verify(secrets, headers, body, now=None):
    """Raises `Forged` unless one of the secrets, separated by spaces, has signed this body a moment ago."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()
    if not message_id or not timestamp.isascii() or not timestamp.isdigit():
        raise Forged("the headers of a webhook are missing")
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_S:
        raise Forged("signed too long ago, or a clock is wrong")
    try:
        good = [signature(secret, message_id, timestamp, body) for secret in secrets.split()]
    except binascii.Error:
        raise Forged("HANDSEL_WEBHOOK_SECRET is no whsec_…") from None
    # Each with each, whatever has matched already: the time tells nothing.
    matches = [hmac.compare_digest(a.encode(), b.encode()) for a in good for b in given]
    if not any(matches):
        raise Forged("the signature is none of ours")
