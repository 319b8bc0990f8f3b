"""How far a folder was read, as the checkpoint keeps it, and which mails count as new; pure, knows no connection.

A folder has two parts. Mails with a UID of `border` or more came after first contact and are new. Those before it are new only
if `start` says so, and are else imported. So three cursors run: `last_uid` over the first part, and over the second
`new_through` for what is new in it, then `imported_through` for the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Literal

OVERLAP = 50
"""So many UIDs below the highest are looked at again: a mail being filed may become visible after a later one."""

Rule = Literal["now", "unseen", "all", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far we are. `floor` is aware UTC in whole seconds; `recent` are UIDs already taken of the last OVERLAP."""

    uidvalidity: int
    rule: Rule
    floor: datetime | None
    border: int
    last_uid: int
    recent: tuple[int, ...] = ()
    new_through: int = 0
    imported_through: int = 0

    def is_new(self, uid: int, received_at: datetime, *, seen: bool) -> bool:
        """Whether this mail is to be answered, or only imported."""
        if self.rule == "all" or self.floor is None:
            return True
        if received_at >= self.floor:
            return True
        if self.rule == "date":
            return False
        return uid >= self.border or (self.rule == "unseen" and not seen)

    @property
    def look_from(self) -> int:
        """The lowest UID to look at for what came since."""
        return max(self.border, self.last_uid - OVERLAP + 1)

    @property
    def is_complete(self) -> bool:
        """Whether all that was there at first contact is taken or imported."""
        return self.imported_through >= self.border - 1

    def after_new(self, uids: Collection[int], *, through: int = 0) -> Progress:
        """These mails of the first part are taken; nothing else has a UID up to `through`."""
        last = max([self.last_uid, through, *uids])
        kept = sorted(uid for uid in {*self.recent, *uids} if uid > last - OVERLAP)
        return replace(self, last_uid=last, recent=tuple(kept))

    def to_checkpoint(self) -> dict[str, Any]:
        """As the store keeps it (JSON)."""
        return {
            "uidvalidity": self.uidvalidity,
            "last_uid": self.last_uid,
            "floor": None if self.floor is None else self.floor.isoformat(),
            "imported_through": self.imported_through,
            "rule": self.rule,
            "border": self.border,
            "new_through": self.new_through,
            "recent": list(self.recent),
        }


def from_checkpoint(checkpoint: Mapping[str, Any]) -> Progress:
    """Read what `to_checkpoint` wrote. KeyError or ValueError for anything else."""
    floor = checkpoint["floor"]
    return Progress(
        uidvalidity=int(checkpoint["uidvalidity"]),
        rule=checkpoint["rule"],
        floor=None if floor is None else datetime.fromisoformat(floor),
        border=int(checkpoint["border"]),
        last_uid=int(checkpoint["last_uid"]),
        recent=tuple(int(uid) for uid in checkpoint["recent"]),
        new_through=int(checkpoint["new_through"]),
        imported_through=int(checkpoint["imported_through"]),
    )


def at_first_contact(
    *, uidvalidity: int, uidnext: int, start: str | date, since: datetime, zone: tzinfo = UTC
) -> Progress:
    """Where reading a folder begins. `start` is the channel's; `since` when it was first configured; a date is one of `zone`."""
    if start == "all":
        return Progress(uidvalidity=uidvalidity, rule="all", floor=None, border=1, last_uid=0)
    rule: Rule = "unseen" if start == "unseen" else "date" if isinstance(start, date) else "now"
    begins = datetime.combine(start, time.min, zone) if isinstance(start, date) else since
    floor = begins.astimezone(UTC).replace(microsecond=0)
    return Progress(uidvalidity=uidvalidity, rule=rule, floor=floor, border=uidnext, last_uid=uidnext - 1)


def after_renumbering(progress: Progress, *, uidvalidity: int, uidnext: int) -> Progress:
    """The folder got other UIDs: look at everything again, by the same floor. The store tells what it knows by identity.

    What was unseen counts once only: after first contact was complete, older mail does not become new by being marked unread.
    """
    rule: Rule = "now" if progress.rule == "unseen" and progress.is_complete else progress.rule
    if rule == "all":
        return Progress(uidvalidity=uidvalidity, rule="all", floor=None, border=1, last_uid=0)
    return Progress(uidvalidity=uidvalidity, rule=rule, floor=progress.floor, border=uidnext, last_uid=uidnext - 1)
