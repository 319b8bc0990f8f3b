"""`Content-Type: text/plain; name*0*=…`: a value with parameters (RFC 2045, RFC 2231). Knows nothing of what they say."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from connectors.imap_email.reading.charsets import decode_text
from connectors.imap_email.reading.encoded_words import decode_words

_MAX_PARAMETERS = 100
_PARAMETER = re.compile(
    r"""[;\s]*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^;\r\n]*))""",
)
_SECTION = re.compile(r"(.+?)\*(\d{1,3})(\*?)\Z")
_ESCAPED = re.compile(r'\\(["\\])')


@lru_cache(maxsize=1024)
def split_parameters(value: str) -> tuple[str, dict[str, str]]:
    """The leading word in lower case and its parameters by lower-case name, decoded. The mapping is shared: do not change it."""
    word = re.split(r"[;\s]", value.strip(), maxsplit=1)[0] if "=" not in value.partition(";")[0] else value.split()[0]
    return word.lower(), _parameters(value.strip()[len(word) :])


def _parameters(rest: str) -> dict[str, str]:
    plain: dict[str, str] = {}
    extended: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(rest)):
        if count >= _MAX_PARAMETERS:
            break
        name, value = match[1].lower(), _value(match)
        section = _SECTION.match(name)
        if section:
            sections.setdefault(section[1], {}).setdefault(int(section[2]), (value, bool(section[3])))
        elif name.endswith("*"):
            extended.setdefault(name[:-1], _extended(value))
        else:
            plain.setdefault(name, value)
    found = {name: decode_words(value) for name, value in plain.items()}
    return {**found, **{name: _continued(pieces) for name, pieces in sections.items()}, **extended}


def _value(match: re.Match[str]) -> str:
    if match[2] is not None:
        return _ESCAPED.sub(r"\1", match[2])
    return match[3].strip().strip('"')


def _extended(value: str) -> str:
    """`charset'language'percent-encoded`; without the quotes it is taken for UTF-8."""
    charset, _, rest = value.partition("'")
    _, quote, content = rest.partition("'")
    if not quote:
        charset, content = "utf-8", value
    return decode_text(_percent(content), charset, guess=False)


def _continued(pieces: dict[int, tuple[str, bool]]) -> str:
    """`name*0*`, `name*1`…: bytes are joined before they are decoded, a character may be split between them."""
    charset, data = "", b""
    for number in sorted(pieces):
        value, is_encoded = pieces[number]
        if number == min(pieces) and is_encoded and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data += _percent(value) if is_encoded else value.encode("utf-8", "surrogateescape")
    text = decode_text(data, charset or "utf-8", guess=False)
    return decode_words(text) if not charset else text


def _percent(value: str) -> bytes:
    return unquote_to_bytes(value.encode("utf-8", "surrogateescape"))
