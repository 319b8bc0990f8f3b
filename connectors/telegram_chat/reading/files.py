"""Which files a message brings and where Telegram keeps them; downloads nothing.

Bots may download files of up to 20 MB (https://core.telegram.org/bots/api#getfile).
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.reading.filenames import safe_filename
from connectors.telegram_chat.fields import Json, needed, number, table, tables, text
from ventanilla.channel import RemoteFile
from ventanilla.errors import BadMessage

LARGEST = 20 * 1024 * 1024

# Field of the message: what its content type is where Telegram does not say, and the ending of a name that we make up.
_KINDS = {
    "animation": ("video/mp4", ".mp4"),
    "document": ("application/octet-stream", ""),
    "voice": ("audio/ogg", ".ogg"),
    "audio": ("audio/mpeg", ".mp3"),
    "video": ("video/mp4", ".mp4"),
    "video_note": ("video/mp4", ".mp4"),
}


def files_of(message: Json) -> Iterator[RemoteFile]:
    """Each file once; of a photo the largest size. Stickers are no files to us."""
    sizes = tables(message, "photo")
    if sizes:
        largest = max(sizes, key=lambda size: (number(size, "width") or 0) * (number(size, "height") or 0))
        yield _file(message, largest, "photo", ("image/jpeg", ".jpg"))
    for kind, usual in _KINDS.items():
        found = table(message, kind)
        if found is not None:
            yield _file(message, found, kind, usual)
            return  # an animation stands there again as a document


def _file(message: Json, found: Json, kind: str, usual: tuple[str, str]) -> RemoteFile:
    content_type, ending = text(found, "mime_type") or usual[0], usual[1]
    counted = needed(number(message, "message_id"), "message_id")
    name = text(found, "file_name")
    if not name and ending:
        name = f"{kind.replace('_', '-')}-{counted}{ending}"
    name = safe_filename(name, content_type=content_type, number=counted)
    size = number(found, "file_size")
    return RemoteFile(
        filename=name,
        content_type=content_type[:100],
        ref={
            "file_id": _id(found, "file_id"),
            "file_unique_id": text(found, "file_unique_id"),
            "filename": name,
            "content_type": content_type[:100],
        },
        size=size if size is not None and size >= 0 else None,
        largest=LARGEST,
    )


def _id(found: Json, key: str) -> str:
    value = text(found, key)
    if not value:
        raise BadMessage(f"a file of the update has no `{key}`")
    return value
