"""Knows what makes no sense in promises and in how the staff is told, and which tables this version does not act on yet."""

from __future__ import annotations

from collections.abc import Iterator

from config.available import AVAILABLE_BLOBS, AVAILABLE_PACKS, PACKS
from config.check_channels import check_server
from config.draft import Draft
from config.pieces import Pieces
from config.plain import nearest
from config.remark import Remark, warning
from config.service import BlobsSettings


def check_promises(draft: Draft) -> Iterator[Remark]:
    """A promise must promise something, and by a pack that there is."""
    for name, promise in draft.promises.items():
        key = ("promises", name)
        if promise.pack is not None:
            if promise.pack not in AVAILABLE_PACKS:
                yield Remark((*key, "pack"), _no_pack(promise.pack))
        elif not (promise.first_response or promise.next_response or promise.resolution):
            yield Remark(key, "promises nothing: set `first_response`, `next_response` or `resolution`")


def _no_pack(name: str) -> str:
    if name in PACKS:
        return f'"{name}" is not available in this version; set the times yourself'
    return f'unknown pack "{name}"{nearest(name, PACKS, quote=chr(34))}'


def check_staff(draft: Draft) -> Iterator[Remark]:
    """Notices by e-mail need a way out, and one only."""
    email = draft.staff.email
    if email is None:
        return
    if email.channel is not None and email.smtp is not None:
        yield Remark(("staff", "email"), "name a `channel` or an `smtp` server, not both")
    if email.smtp is not None and email.address is None:
        yield Remark(("staff", "email", "address"), "is required beside `smtp`: the address that notices come from")
    if email.smtp is not None:
        yield from check_server(("staff", "email", "smtp"), email.smtp)
    if email.channel is None and email.smtp is None:
        yield Remark(("staff", "email"), 'name a `channel` such as { channel = "soporte" }, or an `smtp` server')
    channel = draft.channels.get(email.channel or "")
    if channel is not None and getattr(channel, "smtp", None) is None:
        yield Remark(("staff", "email", "channel"), f'channel "{email.channel}" has no `smtp` server to send by')


def check_available(draft: Draft) -> Iterator[Remark]:
    """Which parts of the file nothing acts on in this version."""
    blobs = draft.single.get("blobs")
    if isinstance(blobs, BlobsSettings) and blobs.url.scheme() not in AVAILABLE_BLOBS:
        ready = ", ".join(f'"{kind}"' for kind in AVAILABLE_BLOBS)
        yield Remark(("blobs", "url"), f'"{blobs.url.scheme()}" is not available in this version; available: {ready}')


def check_name(pieces: Pieces) -> Iterator[Remark]:
    """What a minimal file leaves out and its admin should know."""
    service = pieces.get(("service",))
    if service is None or (isinstance(service.value, dict) and "name" not in service.value):
        yield warning(("service", "name"), 'is not set: customers will read "Ventanilla"')
    if not pieces.values("channels"):
        yield warning(("channels",), "there is none, so nothing comes in: add [channels.NAME]")
