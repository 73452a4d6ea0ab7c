"""What a site has to say for itself. Knows nothing of HTTP, nor of any site.

A site has one subclass of `Site` and names it in `HANDSEL["SITE"]`.
"""

from dataclasses import dataclass


class Refused(Exception):
    """The site does not agree to a step. Its text is for the two people: both are shown it."""


@dataclass(frozen=True)
class Listing:
    """An offer or a need, as Handsel should know it."""

    kind: str
    """`offer` or `need`."""
    id: int
    """The site's own id."""
    owner_id: int
    title: str
    description: str
    is_open: bool
    """Whether new people may write about it. The conversations that it has go on in any case."""

    @property
    def name(self):
        """`offer_12`"""
        return f"{self.kind}_{self.id}"


@dataclass(frozen=True)
class Step:
    """A step of a handshake that Handsel is about to take, and asks about first."""

    kind: str
    """`approve`, `cancel` or `complete`."""
    uid: str
    """The handshake's name for ever: `offer_1:2#4`."""
    listing: str
    """`offer_1`"""
    owner_id: int
    respondent_id: int
    actor_id: int
    terms: dict | None
    """What the two agreed on beside the listing, as whoever started it put it."""

    @classmethod
    def from_hook(cls, data):
        """From `data` of the hook's request."""
        return cls(
            kind=data["step"],
            uid=data["uid"],
            listing=data["listing"],
            owner_id=data["owner"]["id"],
            respondent_id=data["respondent"]["id"],
            actor_id=data["actor_id"],
            terms=data["terms"],
        )


class Site:
    """What the app asks of a site."""

    listing_models = ()
    """The models whose rows are listings."""

    def listing(self, row):
        """A row of one of them as a `Listing`."""
        raise NotImplementedError

    def agree(self, step):
        """Raises `Refused` where the step must not be taken.

        Agreeing commits to nothing: the step may still fail (the other side was quicker, the process was killed). It is
        asked again then, with the same `uid` and kind, and what came of it is told by `happened`. There are two seconds.
        """

    def happened(self, event):
        """Something was committed at Handsel. Runs in a transaction, once for each event, in order for a conversation."""
