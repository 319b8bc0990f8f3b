"""Reads a request's body, never more of it than is wanted; a form without what no text has."""

from __future__ import annotations

import re

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

MOST_FIELDS, MOST_FILES = 400, 20
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_OTHER_CHARSET = re.compile(r";\s*charset\s*=\s*\"?(?!utf-8\b)", re.IGNORECASE)


class TooLarge(Exception):
    """A body is above what is taken here."""


async def read_body(request: Request, *, largest: int) -> bytes:
    """The whole body. Raises TooLarge as soon as it is known to be above `largest` bytes; no more than that is kept."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > largest:
        raise TooLarge
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise TooLarge
    return bytes(body)


class NoForm(Exception):
    """A body calls itself a form and is none, or one of too many fields."""


async def read_form(request: Request, *, largest: int) -> FormData:
    """The fields and files of a form, at most `largest` bytes of it; empty for any other body. U+0000 and halves of signs, which no
    store keeps, are left out. Raises TooLarge, NoForm."""
    told = request.headers.get("content-type", "")
    kind = told.partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        await read_body(request, largest=largest)
        return FormData()
    declared = request.headers.get("content-length", "")
    if not declared.isdigit() or int(declared) > largest:
        raise TooLarge
    if _OTHER_CHARSET.search(told):  # browsers send none; some take minutes to be read
        raise NoForm
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=largest)
    except (MultiPartException, HTTPException, UnicodeError):
        raise NoForm from None
    return FormData([(as_text(name), _clean(value)) for name, value in form.multi_items()])


def as_text(given: str) -> str:
    """What was typed, without what no store keeps."""
    return _NO_TEXT.sub("", given)


def _clean(value: UploadFile | str) -> UploadFile | str:
    if isinstance(value, str):
        return as_text(value)
    value.filename = as_text(value.filename or "")
    return value
