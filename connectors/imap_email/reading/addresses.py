"""Address lists (RFC 5322 and what people send instead) as parties. Knows nothing of which header it reads.

Words are decoded after the list is split, so an encoded comma splits nothing. The address of an international domain is kept in its
ASCII form: one customer, one identity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from connectors.imap_email.reading.encoded_words import decode_words
from connectors.imap_email.reading.limits import MAX_ADDRESS_TEXT, MAX_ADDRESSES, MAX_FOREIGN_ADDRESSES, MAX_NAME
from connectors.reading.characters import clean_line
from ventanilla.channel import Party

# An encoded word is one piece, even where it (wrongly) holds a comma or a bracket.
_SPECIAL = re.compile(r'=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,1000}\?=|["(<,;:]')
_LONE_LOCAL = re.compile(r"[A-Za-z0-9._+-]+\Z")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"')
_ESCAPED = re.compile(r"\\(.)")
# Looked for from the start of a word only: from each letter of it, a word of 64 KB would take a minute.
_ADDRESS = re.compile(r"""(?<![^\s<>()\[\],;:"'«»])[^\s<>()\[\],;:"'«»]+@[^\s<>()\[\],;:"'«»]+""")
_CANONICAL = re.compile(r"""("[^"\\]{1,64}"|[^\s"(),:;<>@\[\\\]]{1,250})@(\[[0-9a-f.:ipv]{3,50}\]|[\w.-]{1,250})""")
_ASCII_DOMAIN = re.compile(r"[a-z0-9._-]+\Z")
_PLAIN_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+\Z")
_MAX_ADDRESS = 320
_MAX_COMMENT_DEPTH = 20


def read_addresses(value: str, *, hint: str | None = None) -> tuple[Party, ...]:
    """Everybody in one header value, in order, groups flattened. Empty addresses are left out. Never raises."""
    return tuple(_parties((value,), hint)) if value else ()


def read_all_addresses(values: Iterable[str], *, hint: str | None = None) -> tuple[Party, ...]:
    """Everybody in several values of one header, each address once. What is behind the first 1,000 entries is not read."""
    found: dict[str, Party] = {}
    for party in _parties(values, hint):
        found.setdefault(party.address, party)
    return tuple(found.values())


def _parties(values: Iterable[str], hint: str | None) -> Iterator[Party]:
    left = MAX_FOREIGN_ADDRESSES
    entries = (entry for value in _at_most(MAX_ADDRESS_TEXT, values) for entry in _entries(value))
    for words, angle, comment in islice(entries, MAX_ADDRESSES):
        if not _is_plain(words if angle is None else angle):
            left -= 1
            if left < 0:
                continue
        party = _party(words, angle, comment, hint=hint)
        if party.address:
            yield party


def _at_most(characters: int, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield value[:characters]
        characters -= len(value)
        if characters <= 0:
            return


def _is_plain(address: str) -> bool:
    """Whether it is cheap to read. The form of an international domain takes some 2 ms to find."""
    return address.isascii() and "=?" not in address


def canonical_address(address: str) -> str:
    """Lower case, no blanks or controls, needless quotes dropped, the domain in ASCII (`xn--`); "" for what is no address."""
    bare = clean_line(address, limit=_MAX_ADDRESS * 2).lower()
    found = _CANONICAL.fullmatch(bare) or _CANONICAL.fullmatch("".join(bare.split())) or _CANONICAL.search(bare)
    if found is None:
        return bare if len(bare) < _MAX_ADDRESS and _LONE_LOCAL.match(bare) else ""
    local, domain = found[1], _ascii_domain(found[2].strip("."))
    if local.startswith('"') and _PLAIN_LOCAL.match(local[1:-1]):
        local = local[1:-1]
    return f"{local}@{domain}" if domain and len(local) + len(domain) < _MAX_ADDRESS else ""


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        ascii_form = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain
    return ascii_form if _ASCII_DOMAIN.match(ascii_form) else ""


def _party(words: str, angle: str | None, comment: str, *, hint: str | None) -> Party:
    """`words` is what stands outside `<…>`; without angles it is the address itself (or a name in front of one)."""
    if angle is None:
        found = _ADDRESS.search(words)
        address = found[0] if found and '"' not in words else words.strip()
        if "@" not in address and not _LONE_LOCAL.match(address):
            return Party(address="", name=_name(words, "", hint))
        name = comment or (words.replace(address, " ") if found else "")
    else:
        address, name = angle.rpartition(":")[2] if angle.startswith("@") else angle, words.strip() or comment
        if not address.strip() and _ADDRESS.search(words):
            address = _ADDRESS.findall(words)[0]
    address = canonical_address(
        decode_words(address, hint=hint) if "=?" in address or not address.isascii() else address
    )
    return Party(address=address, name=_name(name, address, hint))


def _name(raw: str, address: str, hint: str | None) -> str:
    name = clean_line(decode_words(raw, hint=hint), limit=MAX_NAME)
    for quotes in ('""', "''"):
        if len(name) > 1 and name[0] == quotes[0] and name[-1] == quotes[1]:
            name = name[1:-1].strip()
    return "" if name.lower() == address else name


def _entries(value: str) -> Iterator[tuple[str, str | None, str]]:
    """(words, what stood in angles, comments) for each mailbox; a name with a bare comma is put together again."""
    pending = ""
    for count, (words, angle, comment) in enumerate(_split(value)):
        if count >= MAX_ADDRESSES:
            return
        if angle is None and "@" not in words and words.strip():
            pending = f"{pending}, {words.strip()}" if pending else words.strip()
            continue
        if pending and angle is None:
            yield pending, None, ""
            pending = ""
        if words.strip() or angle or comment:
            yield f"{pending}, {words.strip()}" if pending else words, angle, comment
        pending = ""
    if pending:
        yield pending, None, ""


def _split(value: str) -> Iterator[tuple[str, str | None, str]]:
    words: list[str] = []
    angle: str | None = None
    comment = ""
    position = 0
    unclosed: set[str] = set()
    while position < len(value):
        match = _SPECIAL.search(value, position)
        if match is None:
            words.append(value[position:])
            break
        words.append(value[position : match.start()])
        mark, position = match[0], match.end()
        if len(mark) > 1:
            words.append(mark)
        elif mark in ",;":
            yield "".join(words), angle, comment
            words, angle, comment = [], None, ""
        elif mark == ":":
            # A group's name (`Equipo: a@b, c@d;`) is dropped; a colon inside a domain literal or after a route is kept.
            words = [] if "@" not in "".join(words) else [*words, ":"]
        elif mark in unclosed:
            words.append(" ")
        else:
            content, position = _enclosed(value, mark, position, unclosed)
            if mark == '"' and value[position : position + 1] == "@":
                words.append(f'"{content}"')
            elif mark == '"':
                words.append(content)
            elif mark == "(":
                comment = content
            else:
                angle = content
    yield "".join(words), angle, comment


def _enclosed(value: str, mark: str, position: int, unclosed: set[str]) -> tuple[str, int]:
    """What stands between a mark and its end; an end that never comes is noted, so that nobody searches for it twice."""
    if mark == '"':
        match = _QUOTED.match(value, position - 1)
        if match:
            return _ESCAPED.sub(r"\1", match[1]), match.end()
    elif mark == "<":
        end = value.find(">", position)
        if end >= 0:
            return value[position:end], end + 1
    else:
        end = _comment_end(value, position)
        if end >= 0:
            return _ESCAPED.sub(r"\1", value[position:end]), end + 1
    unclosed.add(mark)
    return "", position


def _comment_end(value: str, position: int) -> int:
    depth = 1
    for index in range(position, min(len(value), position + 2000)):
        if value[index] == "(" and value[index - 1] != "\\":
            depth += 1
        elif value[index] == ")" and value[index - 1] != "\\":
            depth -= 1
            if depth == 0:
                return index
        if depth > _MAX_COMMENT_DEPTH:
            return -1
    return -1
