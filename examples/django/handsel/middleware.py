"""What has to wait for the end of a request. Knows nothing of views."""

from . import mirror


class LogOut:
    """Has the tokens of whoever logged out, or has a new password, revoked, now that their session is gone, too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with mirror.a_request():
            return self.get_response(request)
