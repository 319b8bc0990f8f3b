"""What a bot sends with a call: a query, a form, JSON or a multipart body, as the Bot API takes all four. Pure."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from demo.telegram_server.errors import bad_request

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)[^<>]*>")
_TAGS = frozenset(
    {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "a", "code", "pre", "blockquote"}
    | {"tg-spoiler", "tg-emoji"}
)
_DISPOSITION = re.compile(rb'(name|filename)="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that came with a call."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The parameters of one call, and the files beside them."""

    values: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def number(self, name: str, usual: int = 0) -> int:
        """An integer. Raises ApiError."""
        given = self.values.get(name, usual)
        try:
            return int(given)
        except (TypeError, ValueError):
            raise bad_request(f"parameter {name} must be an integer") from None

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "")

    def document(self, name: str) -> Any:
        """A value that is JSON, whether it came as such or as text; None where there is none. Raises ApiError."""
        given = self.values.get(name)
        if not isinstance(given, str) or not given:
            return given
        try:
            return json.loads(given)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file for this parameter: under its own name, or where attach://… points."""
        given = self.text(name)
        return self.files.get(given.removeprefix("attach://") if given.startswith("attach://") else name)


def read_call(query: str, content_type: str, body: bytes) -> Call:
    """Everything that was sent, whichever way. Raises ApiError."""
    values: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    files: dict[str, Upload] = {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" and body:
        try:
            values.update(json.loads(body))
        except (ValueError, TypeError):
            raise bad_request("can't parse JSON object") from None
    elif kind == "multipart/form-data":
        for name, upload in _parts(content_type, body):
            if upload.filename:
                files[name] = upload
            else:
                values[name] = upload.content.decode()
    elif body:
        values.update(parse_qsl(body.decode(), keep_blank_values=True))
    return Call(values=values, files=files)


def _parts(content_type: str, body: bytes) -> list[tuple[str, Upload]]:
    """The parts of a multipart form (RFC 7578)."""
    boundary = content_type.partition("boundary=")[2].partition(";")[0].strip('" ')
    found = []
    for part in (b"\r\n" + body).split(f"\r\n--{boundary}".encode())[1:-1]:
        head, _, content = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        names = {key.decode(): value.decode() for key, value in _DISPOSITION.findall(head)}
        sort = re.search(rb"(?im)^content-type:\s*(\S+)", head)
        upload = Upload(
            filename=names.get("filename", ""), content_type=sort[1].decode() if sort else "", content=content
        )
        found.append((names.get("name", ""), upload))
    return found


def shown_text(text: str, parse_mode: str) -> str:
    """The text as people see it: of HTML the markup is taken off. Raises ApiError for markup that is none."""
    if parse_mode.lower() != "html":
        return text
    for name in _TAG.findall(text):
        if name.lower() not in _TAGS:
            raise bad_request(f'can\'t parse entities: unsupported start tag "{name}" at byte offset {text.find(name)}')
    return html.unescape(_TAG.sub("", text))
