"""Knows which channels other installed packages bring, and says in plain words what is wrong with one that cannot be used.

A package names two things under the channel's kind: its ChannelSettings class, and the module that is the channel.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

SETTINGS = "ventanilla.channel_settings"
CHANNELS = "ventanilla.channels"
_OFFERS = ("TRIAL", "sources", "reader", "sender", "check")


class BrokenPackage(Exception):
    """A package that brings a kind of channel and cannot be used; the message is for the admin."""


def brought_kinds() -> set[str]:
    """The kinds that other packages bring."""
    return {point.name for point in entry_points(group=SETTINGS)}


def brought(group: str, kind: str) -> object | None:
    """What a package names for a kind in one of the two groups, loaded; None where none does. Raises BrokenPackage."""
    point = _point(group, kind)
    if point is None:
        return None
    try:
        loaded: object = point.load()
    except Exception as error:  # another package's mistake, of whatever sort
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise BrokenPackage(f'{_owner(point)}, which brings kind "{kind}", cannot be loaded: {reason}') from error
    return loaded


def check_channel(kind: str) -> None:
    """Load the channel behind a kind that another package brings. Raises BrokenPackage when it cannot be used."""
    module, settings = brought(CHANNELS, kind), _point(SETTINGS, kind)
    owner = _owner(settings) if settings else "its package"
    if module is None:
        raise BrokenPackage(f'{owner} brings settings for kind "{kind}" but no channel: no entry point in {CHANNELS}')
    missing = [name for name in _OFFERS if not hasattr(module, name)]
    if missing:
        raise BrokenPackage(f'{owner}: the channel of kind "{kind}" has no {", ".join(missing)}')


def _point(group: str, kind: str) -> EntryPoint | None:
    found = {(point.value, _owner(point)): point for point in entry_points(group=group, name=kind)}
    if len(found) > 1:
        owners = " and ".join(sorted({owner for _, owner in found}))
        raise BrokenPackage(f'kind "{kind}" is brought by {owners}: only one of them may be installed')
    return next(iter(found.values()), None)


def _owner(point: EntryPoint) -> str:
    return f"package {point.dist.name}" if point.dist else "a package"
