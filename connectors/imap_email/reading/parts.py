"""A mail as a tree of parts, split by boundary in bounded time. Knows structure and declarations; decodes no text.

Parts are offsets into the raw bytes, so a large mail is not copied. An attached mail (message/rfc822) is a leaf: fifty of them
inside one another cost one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.imap_email.reading.headers import Headers, read_headers
from connectors.imap_email.reading.limits import MAX_ALL_HTML, MAX_DEPTH, MAX_GUESSES, MAX_PARTS, MAX_PROBES, MAX_TAGS
from connectors.imap_email.reading.parameters import split_parameters
from connectors.imap_email.reading.transfer import decode_transfer

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,80}/[a-z0-9][a-z0-9!#$&^_.+-]{0,120}\Z")
_GUESSED_BOUNDARY = re.compile(rb"^--([^\s]{1,200})[ \t]*\r?\nContent-", re.MULTILINE | re.IGNORECASE)
_MAX_BOUNDARY = 1000


@dataclass(slots=True, eq=False, kw_only=True)
class Part:
    """One node. `content_type` is valid or `application/octet-stream`; `children` is empty for a leaf."""

    headers: Headers
    data: bytes = field(repr=False)
    start: int
    end: int
    content_type: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    children: list[Part] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.content_type.partition("/")[0]

    @property
    def charset(self) -> str | None:
        return self.parameters.get("charset")

    def content(self) -> bytes:
        """The bytes behind the transfer encoding."""
        return decode_transfer(self.data[self.start : self.end], self.headers.raw("content-transfer-encoding"))


@dataclass(slots=True)
class Budget:
    """What may still be spent on one mail. `skipped` says whether something was left unread."""

    parts: int = MAX_PARTS
    probes: int = MAX_PROBES
    tags: int = MAX_TAGS
    html: int = MAX_ALL_HTML
    guesses: int = MAX_GUESSES
    skipped: bool = False


def read_parts(data: bytes, budget: Budget) -> Part:
    """The tree of a whole mail. Never raises; what exceeds the budget is left out and noted there."""
    return _read(data, 0, len(data), "text/plain", depth=0, budget=budget)


def leaves(part: Part) -> Iterator[Part]:
    """Every leaf in order."""
    if not part.children:
        yield part
    for child in part.children:
        yield from leaves(child)


def _read(data: bytes, start: int, end: int, default: str, *, depth: int, budget: Budget) -> Part:
    headers, body = read_headers(data, start, end)
    content_type, parameters = read_type(headers, default)
    disposition, disposition_parameters = split_parameters(headers.raw("content-disposition"))
    headers.hint = parameters.get("charset")
    part = Part(
        headers=headers,
        data=data,
        start=min(body, end),
        end=end,
        content_type=content_type,
        parameters=parameters,
        disposition=disposition,
        disposition_parameters=disposition_parameters,
    )
    if part.kind == "multipart":
        part.children = _children(part, depth, budget)
        if not part.children:
            part.content_type = "text/plain"
    return part


def read_type(headers: Headers, default: str = "text/plain") -> tuple[str, dict[str, str]]:
    """Content type and parameters; a missing type is the default, `text` alone is plain text, nonsense is bytes."""
    word, parameters = split_parameters(headers.raw("content-type"))
    if not word:
        return default, parameters
    if word in ("text", "plain", "text/", "text/plain,"):
        return "text/plain", parameters
    return (word if _TYPE.match(word) else "application/octet-stream"), parameters


def _children(part: Part, depth: int, budget: Budget) -> list[Part]:
    if depth >= MAX_DEPTH:
        budget.skipped = True
        return []
    _decode_whole(part)
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    children: list[Part] = []
    for start, end in _split(part, budget):
        if budget.parts <= 0:
            budget.skipped = True
            break
        budget.parts -= 1
        children.append(_read(part.data, start, end, default, depth=depth + 1, budget=budget))
    return children


def _decode_whole(part: Part) -> None:
    """A multipart may not be encoded as a whole; some are all the same."""
    encoding = part.headers.raw("content-transfer-encoding").strip().lower()
    if (
        encoding in ("base64", "quoted-printable")
        and b"\n--" not in part.data[max(part.start - 1, 0) : part.end][:4096]
    ):
        part.data = part.content()
        part.start, part.end = 0, len(part.data)


def _split(part: Part, budget: Budget) -> Iterator[tuple[int, int]]:
    """Offsets of what stands between the boundaries. A missing last boundary is forgiven, and so is text after it."""
    boundary = _boundary(part)
    if not boundary:
        return
    begun: int | None = None
    for line_start, line_end, closes in _delimiters(part, b"--" + boundary, budget):
        if begun is not None:
            yield begun, _without_newline(part.data, begun, line_start)
        begun = None if closes else line_end
    if begun is not None and begun < part.end:
        yield begun, part.end


def _boundary(part: Part) -> bytes:
    declared = part.parameters.get("boundary", "").rstrip()[:_MAX_BOUNDARY].encode("utf-8", "surrogateescape")
    if declared and part.data.find(b"--" + declared, part.start, part.end) >= 0:
        return declared
    guessed = _GUESSED_BOUNDARY.search(part.data, part.start, min(part.end, part.start + 64 * 1024))
    return guessed[1] if guessed else b""


def _delimiters(part: Part, mark: bytes, budget: Budget) -> Iterator[tuple[int, int, bool]]:
    """(start of the line, start of the next one, whether it is the closing one) for each boundary line."""
    data, position = part.data, part.start
    while budget.probes > 0:
        found = data.find(mark, position, part.end)
        if found < 0:
            return
        budget.probes -= 1
        position = found + len(mark)
        if found > part.start and data[found - 1] != 0x0A:
            continue
        newline = data.find(b"\n", position, part.end)
        line_end = part.end if newline < 0 else newline + 1
        rest = data[position : min(line_end, position + 200)].strip()
        if rest in (b"", b"--"):
            position = line_end
            yield found, line_end, rest == b"--"
    budget.skipped = True


def _without_newline(data: bytes, start: int, end: int) -> int:
    if end > start and data[end - 1] == 0x0A:
        end -= 1
    if end > start and data[end - 1] == 0x0D:
        end -= 1
    return end
