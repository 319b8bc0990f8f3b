"""Attachment names made safe to show and to offer as a download. They are never used as paths."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

from connectors.reading.characters import is_hidden_character

MAX_FILENAME = 120
_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
_BLANKS = re.compile(r"\s+")
_DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
_MAX_BYTES = 200
# The built-in table only: the system's own would make names depend on the machine.
_TYPES = mimetypes.MimeTypes(filenames=())
_COMMON = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/heic": ".heic",
    "message/rfc822": ".eml",
    "application/ms-tnef": ".dat",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/octet-stream": ".bin",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "text/rfc822-headers": ".txt",
}


def safe_filename(name: str, *, content_type: str, number: int) -> str:
    """One path part, no controls, no direction overrides, at most 120 characters, its extension kept; made up when empty."""
    name = unicodedata.normalize("NFC", name)
    name = re.split(r"[\\/]", name.rstrip("\\/ "))[-1]
    name = "".join(" " if character in "\t\r\n" else character for character in name if not _is_unwanted(character))
    name = _BLANKS.sub(" ", _FORBIDDEN.sub("_", name)).strip(" .")
    if not name.strip("_"):
        return f"{'image' if content_type.startswith('image/') else 'attachment'}-{number}{_extension(content_type)}"
    return _shortened(f"_{name}" if _DEVICES.match(name) else name)


def _is_unwanted(character: str) -> bool:
    return (
        (character not in "\t\r\n" and not character.isascii() and is_hidden_character(character))
        or character in "\0\x7f"
        or (character < " " and character not in "\t\r\n")
    )


def _extension(content_type: str) -> str:
    return _COMMON.get(content_type) or _TYPES.guess_extension(content_type) or ".bin"


def _shortened(name: str) -> str:
    match = _EXTENSION.search(name)
    extension = match[0] if match else ""
    stem = name[: len(name) - len(extension)][: MAX_FILENAME - len(extension)]
    while len((stem + extension).encode()) > _MAX_BYTES:
        stem = stem[:-1]
    return stem.rstrip(" .") + extension if stem.strip(" .") else name[:MAX_FILENAME]
