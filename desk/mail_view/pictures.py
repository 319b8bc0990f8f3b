"""The pictures that came inside a mail, as addresses that hold the picture itself: a sandboxed frame has no cookie to fetch files
with, and may load nothing of ours. Only what is a picture by its first bytes, and not too much of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from ventanilla.store.blobs import blob_path

MOST_OF_ONE = 3_000_000
MOST_OF_ALL = 12_000_000
"""Characters of pictures that one shown mail carries."""


def kind_of(start: bytes) -> str | None:
    """The content type of a picture by its first bytes, of those that browsers draw and that can hold no script."""
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if start[:4] == b"RIFF" and start[8:12] == b"WEBP" else None


class OwnPictures:
    """Pictures of one mail by their Content-ID in lower case, `digests` naming the bytes. Reads those alone that are asked for."""

    def __init__(self, folder: Path, digests: Mapping[str, str]) -> None:
        self._folder, self._digests = folder, digests
        self._left = MOST_OF_ALL
        self._made: dict[str, str | None] = {}

    def address(self, content_id: str) -> str | None:
        """A `data:` address; None for what is no picture of this mail, too large, or gone."""
        digest = self._digests.get(content_id)
        if digest is None:
            return None
        if digest not in self._made:
            self._made[digest] = self._read(digest)
        address = self._made[digest]
        if address is None or len(address) > self._left:
            return None
        self._left -= len(address)  # each time that it is shown: the page holds it as often
        return address

    def _read(self, digest: str) -> str | None:
        path = blob_path(self._folder, digest)
        try:
            if path.stat().st_size > min(MOST_OF_ONE, self._left):
                return None
            content = path.read_bytes()
        except OSError:
            return None
        kind = kind_of(content[:16])
        return None if kind is None else f"data:{kind};base64,{b64encode(content).decode('ascii')}"
