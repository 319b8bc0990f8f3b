"""Authentication-Results (RFC 8601): what mail servers on the way found out about who wrote a mail. Believes none of them.

Where a server gives no DMARC verdict, or the domain has no policy, its SPF and DKIM results count as DMARC would count them:
passed, and for the domain in From, one above it or one below it (relaxed alignment, RFC 7489, 3.1; siblings would need the list
of public suffixes and do not count). A server that saw the author log in as that very address says so with `auth=pass`
(RFC 8601, 2.7.4). Strangers choose much of what a server writes here (the sender's local part): what can be read in two ways
proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.imap_email.reading.clauses import Clause, read_clauses
from connectors.imap_email.reading.headers import Headers
from ventanilla.channel import Authentication, Party
from ventanilla.vouching import UNNAMED

_MOST = 20
_METHOD = re.compile(r"\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z0-9]+)(?!\S)", re.IGNORECASE | re.ASCII)
_PROPERTY = re.compile(r"(?<!\S)([a-z0-9-]+)\s*\.\s*([a-z0-9-]+)\s*=\s*(\S+)", re.IGNORECASE | re.ASCII)
_DOMAIN = re.compile(r"[^\s@\"\\<>()\[\],;:=]+")
_LENIENT_COMMENT = re.compile(r"(?i)\bp(?:olicy)?\s*=\s*none\b")
_LENIENT = re.compile(r"(?i)(?<!\S)action\s*=\s*none(?!\S)")
_UNDECIDED = ("", "none", "temperror", "permerror", "bestguesspass")


class _Result:
    """One result: its method, what came of it, and its properties. What is said twice counts as unreadable."""

    def __init__(self, clause: Clause) -> None:
        found = _METHOD.match(clause.mask)
        self.clause = clause
        self.method, self.result = (found[1].lower(), found[2].lower()) if found else ("", "")
        self._values: dict[str, tuple[str, str]] = {}
        for one in _PROPERTY.finditer(clause.mask) if found else ():
            name = f"{one[1]}.{one[2]}".lower()
            value = (clause.text[one.start(3) : one.end(3)], one[3])
            self._values[name] = ("", "") if self._values.get(name, value) != value else value

    def has(self, name: str) -> bool:
        return name in self._values

    def value(self, name: str) -> str:
        return self._values.get(name, ("", ""))[0]

    def domain(self, name: str) -> str:
        """A property's domain: behind the last @ that is not quoted, or all of it; "" where that is no domain."""
        text, mask = self._values.get(name, ("", ""))
        domain = text[mask.rfind("@") + 1 :]
        if mask.startswith('"') and mask.endswith('"') and mask.count('"') == 2:
            domain = text[1:-1]
        domain = domain.strip("<>").strip(".")
        return domain.lower() if _DOMAIN.fullmatch(domain) else ""


def read_authentications(headers: Headers, authors: Sequence[Party]) -> tuple[Authentication, ...]:
    """One for each field, the nearest server's first; none at all where From names nobody, or more than one."""
    if len(authors) != 1 or "@" not in authors[0].address:
        return ()
    return read_fields(headers, authors[0].address)


def read_fields(headers: Headers, author: str) -> tuple[Authentication, ...]:
    """The same whoever wrote it. Of a field out of balance, or with two DMARC results, only the server's name counts."""
    return tuple(_read(value, author) for value in headers.all_raw("authentication-results")[:_MOST])


def _read(value: str, author: str) -> Authentication:
    (server, *rest), is_sound = read_clauses(value)
    is_unnamed = "=" in server.mask
    name = UNNAMED if is_unnamed else (server.text.split() or [""])[0].strip('"').lower()
    found = [one for one in map(_Result, [server, *rest] if is_unnamed else rest) if one.method]
    verdicts = [one for one in found if one.method == "dmarc"]
    domain = author.rpartition("@")[2].lower()
    if not is_sound or len(verdicts) > 1:
        return Authentication(authserv=name, dmarc="none", domain=domain)
    verdict = verdicts[0] if verdicts else None
    if (verdict is None or verdict.result in _UNDECIDED) and any(_proves(one, author) for one in found):
        return Authentication(authserv=name, dmarc="pass", domain=domain)
    if verdict is None:
        return Authentication(authserv=name, dmarc="none", domain=domain)
    looked_at = verdict.domain("header.from") if verdict.has("header.from") else domain
    return Authentication(authserv=name, dmarc=verdict.result, domain=looked_at, is_lenient=_is_lenient(verdict.clause))


def _is_lenient(clause: Clause) -> bool:
    return bool(_LENIENT.search(clause.mask)) or any(_LENIENT_COMMENT.search(comment) for comment in clause.comments)


def _proves(one: _Result, author: str) -> bool:
    """Whether one result speaks for the address in From as an aligned one does."""
    if one.result != "pass":
        return False
    if one.method == "dkim":
        return _aligned(one.domain("header.d" if one.has("header.d") else "header.i"), author)
    if one.method == "spf":
        return _aligned(one.domain("smtp.mailfrom"), author)
    return one.method == "auth" and one.value("smtp.auth").lower() in (author, f'"{author}"')


def _aligned(domain: str, author: str) -> bool:
    ours = author.rpartition("@")[2].lower()
    if "." not in domain or "." not in ours:
        return domain == ours != ""
    return domain == ours or domain.endswith(f".{ours}") or ours.endswith(f".{domain}")
