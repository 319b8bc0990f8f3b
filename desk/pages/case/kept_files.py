"""Files that somebody attaches to an answer: kept as they come, so that a refused form does not lose them. Knows no answer.

A form carries each as a signed word (ventanilla/media_links.py) that only we can make and that is good for a day.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import sqlalchemy as sa
from starlette.datastructures import UploadFile

from desk.pages.page import Visit
from ventanilla.channel import Attachment
from ventanilla.media_links import SharedFile, media_url, read_token
from ventanilla.store.blobs import get_blob, put_blob

LARGEST = 20_000_000
"""Bytes of all files of one answer; what mail servers commonly take."""
_GOOD_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file as a form has it: `token` brings it back."""

    token: str
    filename: str


def kept_files(visit: Visit) -> tuple[list[tuple[Attachment, str]], tuple[Kept, ...]]:
    """The files of a form, new ones and those that came with it before, as moves take them and as the form shows them again."""
    found = [_again(visit, token) for token in visit.every("kept")]
    found += [_new(visit, upload) for upload in visit.files("files")]
    files = [each for each in found if each is not None]
    return files, tuple(_word(visit, file.filename, file.content_type, digest) for file, digest in files)


def size_of(files: Sequence[tuple[Attachment, str]]) -> int:
    """Bytes of them all."""
    return sum(file.size for file, _ in files)


def kept_again(visit: Visit, row: sa.Row[Any]) -> Kept:
    """A file of an answer that was taken back (a row of `attachments`)."""
    return _word(visit, row.filename, row.content_type, row.sha256)


def _word(visit: Visit, filename: str, content_type: str, digest: str) -> Kept:
    file = SharedFile(sha256=digest, content_type=content_type, filename=filename, expires_at=visit.now + _GOOD_FOR)
    address = media_url("", visit.desk.house.installation.signing_key, file)
    return Kept(token=address.split("/")[2], filename=filename)


def _again(visit: Visit, token: str) -> tuple[Attachment, str] | None:
    file = read_token(visit.desk.house.installation.signing_key, token, now=visit.now)
    if file is None:
        return None
    try:
        content = get_blob(visit.desk.store.blobs, file.sha256)
    except FileNotFoundError:
        return None
    return Attachment(filename=file.filename, content_type=file.content_type, content=content), file.sha256


def _new(visit: Visit, upload: UploadFile) -> tuple[Attachment, str]:
    content = upload.file.read()
    name = safe_name(upload.filename or "")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    digest = put_blob(visit.desk.store.blobs, content)
    return Attachment(filename=name, content_type=kind, content=content), digest


def safe_name(filename: str) -> str:
    """The last part of a name, without what does not print; "file" where nothing is left."""
    last = PureWindowsPath(PurePosixPath(filename).name).name
    return "".join(letter for letter in last if letter.isprintable())[:120].strip(" .") or "file"
