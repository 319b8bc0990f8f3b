"""Which channels there are: one line a kind, ours or another package's. Vendor libraries load only when a channel is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from config.channel import ChannelSettings
from config.plugins import CHANNELS, brought
from config.schema import Config
from ventanilla.channel import Fetcher, Finding, Follower, Hook, Message, Sender, Source
from ventanilla.comparer import Comparer
from ventanilla.store.installation import Installation

if TYPE_CHECKING:
    from connectors.copying import Keeper

KINDS = {
    "email": "connectors.imap_email.channel",
    "telegram": "connectors.telegram_chat.channel",
    "twilio": "connectors.twilio_phone.channel",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a channel lives: its name in the file, the whole configuration, who we are, since when it is configured. `queue` is the
    address of Redis, where what its processes share for a moment is kept; empty where a command works alone."""

    name: str
    config: Config
    installation: Installation
    since: datetime
    queue: str = ""

    @property
    def tokens(self) -> Path:
        """The folder for OAuth2 tokens, readable by us alone."""
        return self.config.service.data_dir / "tokens"


class Kind(Protocol):
    """What a channel's module offers. It may offer `hooks`, `fetcher` and `sent_reader` as well, see below."""

    TRIAL: str | None

    def sources(self, settings: ChannelSettings, place: Place) -> Sequence[Source]:
        """One source for each place to pull from. Opens no connection yet."""

    def reader(self, settings: ChannelSettings, place: Place) -> Callable[[bytes], Message]:
        """What turns this channel's raw items into messages; pure. Raises BadMessage."""

    def sender(self, settings: ChannelSettings, place: Place) -> Sender | None:
        """What puts messages on their way; None where the channel cannot send."""

    def check(self, settings: ChannelSettings, place: Place) -> Iterator[Finding]:
        """Log in everywhere, change nothing, and say what works, what will happen and what cures the rest."""


def kind(name: str) -> Kind:
    """The module behind a kind of channel, ours or another package's; KeyError for one there is no connector for. Raises
    BrokenPackage for another package's that cannot be loaded."""
    if name in KINDS:
        return cast(Kind, import_module(KINDS[name]))
    found = brought(CHANNELS, name)
    if found is None:
        raise KeyError(name)
    return cast(Kind, found)


def offers(name: str, part: str) -> bool:
    """Whether a kind of channel has `hooks`, or a `fetcher`, at all. Makes nothing; False where there is no connector."""
    try:
        return getattr(kind(name), part, None) is not None
    except KeyError:
        return False


def hooks(settings: ChannelSettings, place: Place) -> Sequence[Hook]:
    """The web addresses on which a channel's provider calls us; none where the kind has no `hooks(settings, place)`."""
    offered = getattr(kind(settings.kind), "hooks", None)
    return () if offered is None else offered(settings, place)


def sent_reader(settings: ChannelSettings, place: Place) -> Callable[[bytes], Message] | None:
    """What reads a channel's items whose note says `outbound`; None where the kind has no `sent_reader(settings, place)`: its
    `reader` reads them all."""
    offered = getattr(kind(settings.kind), "sent_reader", None)
    return None if offered is None else offered(settings, place)


def fetcher(settings: ChannelSettings, place: Place) -> Fetcher | None:
    """What gets files from a channel's provider; None where the kind has no `fetcher(settings, place)`."""
    offered = getattr(kind(settings.kind), "fetcher", None)
    return None if offered is None else offered(settings, place)


def follower(settings: ChannelSettings, place: Place) -> Follower | None:
    """What asks a channel's provider what became of what it took; None where the kind has no `follower(settings, place)`."""
    offered = getattr(kind(settings.kind), "follower", None)
    return None if offered is None else offered(settings, place)


def keeper(settings: ChannelSettings, place: Place) -> Keeper | None:
    """What keeps copies of what a channel sends; None where its kind has no `keeper(settings, place)`, or none are ours to keep."""
    offered = getattr(kind(settings.kind), "keeper", None)
    return None if offered is None else offered(settings, place)


def comparers(settings: ChannelSettings, place: Place) -> Sequence[Comparer] | None:
    """What holds each of a channel's sources against the ledger; None where the kind has no `comparers(settings, place)`: then
    nobody can say whether anything is missing."""
    offered = getattr(kind(settings.kind), "comparers", None)
    return None if offered is None else offered(settings, place)
