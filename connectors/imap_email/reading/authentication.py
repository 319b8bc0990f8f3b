"""Authentication-Results (RFC 8601): what mail servers on the way found out about who wrote a mail. Believes none of them.

Where a server gives no DMARC verdict, or the domain has no policy, its SPF and DKIM results count as DMARC would count them:
passed, and for the domain in From, one above it or one below it (relaxed alignment, RFC 7489, 3.1; siblings would need the list
of public suffixes and do not count). A server that saw the author log in as that very address says so with `auth=pass`
(RFC 8601, 2.7.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from connectors.imap_email.reading.headers import Headers
from ventanilla.channel import Authentication, Party

UNNAMED = "unnamed"
"""Stands for a server that gives no name of its own (Microsoft 365)."""
_MOST = 20
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_MOST_NESTED = 5
_METHOD = re.compile(r"^\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z0-9]+)", re.IGNORECASE)
_PROPERTY = re.compile(r'\b([a-z0-9-]+)\s*\.\s*([a-z0-9-]+)\s*=\s*("[^"]*"|[^\s;]+)', re.IGNORECASE)
_UNDECIDED = ("", "none", "temperror", "permerror", "bestguesspass")


def read_authentications(headers: Headers, authors: Sequence[Party]) -> tuple[Authentication, ...]:
    """One for each field, the nearest server's first; none at all where From names nobody, or more than one."""
    if len(authors) != 1 or "@" not in authors[0].address:
        return ()
    fields = headers.all_raw("authentication-results")[:_MOST]
    return tuple(_read(value, authors[0].address) for value in fields)


def _read(value: str, author: str) -> Authentication:
    server, *results = _split(_without_comments(value))
    if "=" in server:
        server, results = UNNAMED, [server, *results]
    name = (server.split() or [""])[0].strip('"').lower()
    found = [(method, result, properties) for method, result, properties in map(_result, results) if method]
    domain = author.rpartition("@")[2]
    dmarc = next((result for method, result, _ in found if method == "dmarc"), "")
    named = next((one.get("header.from", "") for method, _, one in found if method == "dmarc"), "")
    if dmarc in _UNDECIDED and any(_proves(*one, author=author) for one in found):
        dmarc, named = "pass", domain
    return Authentication(authserv=name, dmarc=dmarc or "none", domain=(named or domain).rpartition("@")[2].lower())


def _proves(method: str, result: str, properties: dict[str, str], *, author: str) -> bool:
    """Whether one result speaks for the address in From as an aligned one does."""
    if result != "pass":
        return False
    if method == "dkim":
        return _aligned(properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2], author)
    if method == "spf":
        return _aligned(properties.get("smtp.mailfrom", "").rpartition("@")[2], author)
    return method == "auth" and properties.get("smtp.auth", "").lower() == author


def _aligned(domain: str, author: str) -> bool:
    theirs, ours = domain.lower().strip(".<>"), author.rpartition("@")[2].lower()
    if "." not in theirs or "." not in ours:
        return theirs == ours != ""
    return theirs == ours or theirs.endswith(f".{ours}") or ours.endswith(f".{theirs}")


def _result(piece: str) -> tuple[str, str, dict[str, str]]:
    found = _METHOD.match(piece)
    if found is None:
        return "", "", {}
    properties = {f"{kind}.{name}".lower(): value.strip('"') for kind, name, value in _PROPERTY.findall(piece)}
    return found[1].lower(), found[2].lower(), properties


def _without_comments(value: str) -> str:
    for _ in range(_MOST_NESTED):
        shorter = _COMMENT.sub(" ", value)
        if shorter == value:
            break
        value = shorter
    return value


def _split(value: str) -> list[str]:
    """At semicolons, but not inside a quoted string."""
    return list(_pieces(value)) or [""]


def _pieces(value: str) -> Iterator[str]:
    start, quoted = 0, False
    for position, sign in enumerate(value):
        if sign == '"':
            quoted = not quoted
        elif sign == ";" and not quoted:
            yield value[start:position]
            start = position + 1
    yield value[start:]
