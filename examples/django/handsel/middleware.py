"""What has to wait for the end of a request. Knows nothing of views."""

from . import mirror, tokens


class LogOut:
    """Has the tokens of whoever logged out revoked, now that their session is gone, too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for what in getattr(request, tokens.LOGGED_OUT, ()):
            mirror.try_to_send(what)
        return response
