"""Bytes to text, whatever charset was declared. Knows which declarations lie; knows nothing of MIME.

Order of trust: a byte order mark; valid UTF-8 (it does not happen by accident); what was declared; the western default;
a guess by charset-normalizer. Decoding never raises.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import lru_cache

from charset_normalizer import from_bytes

_GUESS_SAMPLE = 16 * 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9_.:+-]{0,40}\Z")

# What mail programs write, and the superset that its readers take it for (the WHATWG encoding standard).
_ALIASES = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252", "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252", "windows-1252": "cp1252", "x-cp1252": "cp1252", "ansi": "cp1252", "x-ansi": "cp1252",
    "win-1252": "cp1252", "windows1252": "cp1252", "us-ascii": "ascii", "ansi_x3.4-1968": "ascii", "646": "ascii",
    "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "x-utf-8": "utf-8", "utf-8mb4": "utf-8", "utf8mb4": "utf-8",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "euc-kr": "cp949", "gb2312": "gb18030",
    "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "chinese": "gb18030", "big5": "big5hkscs",
    "x-x-big5": "big5hkscs", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932",
    "windows-31j": "cp932", "iso-2022-jp": "iso2022_jp_ext", "x-mac-roman": "mac_roman", "macintosh": "mac_roman",
    "koi8": "koi8-r", "x-koi8-r": "koi8-r", "x-euc-jp": "euc_jp", "cp-850": "cp850", "unicode": "utf-16",
}  # fmt: skip
# Not charsets of mail: UTF-7 hides markup from filters; the others decode by rules of their own, some in quadratic time.
_REFUSED = {
    "utf-7", "unicode-escape", "raw-unicode-escape", "punycode", "idna", "undefined", "mbcs", "oem", "charmap",
}  # fmt: skip
_MARK_BYTES = b"\xef\xff\xfe"
_STATEFUL = ("iso2022", "hz", "utf-16", "utf-32")
_WESTERN = frozenset("áéíóúüñçàèìòùâêîôûäëïöÿãõåæøœßªº¿¡«»°·€£´`'’‘“”–—…©®™ \xa0ÁÉÍÓÚÜÑÇÀÈÌÒÙÂÊÎÔÛÄËÏÖÃÕÅÆØŒ²³½¼•§±×")


def decode_text(data: bytes, declared: str | None, *, guess: bool = True) -> str:
    """The text of `data`. Never raises; what fits no charset becomes what western Windows would show.

    `guess` asks charset-normalizer, which costs about 10 ms: too much for each word of a header.
    """
    if not data:
        return ""
    codec = codec_name(declared)
    if data.isascii() and not (codec or "").startswith(_STATEFUL):
        return _decode_escaped(data) if b"\x1b" in data else data.decode("ascii")
    marked = _decode_marked(data) if data[0] in _MARK_BYTES else None
    return _decode_by_trust(data, codec, _guess if guess else decode_western) if marked is None else marked


@lru_cache(maxsize=512)
def codec_name(declared: str | None) -> str | None:
    """Python's name for a declared charset, None when it is unknown, no charset of text, or refused."""
    if not declared:
        return None
    name = declared.strip().strip("'\"").lower().partition("*")[0]
    name = _ALIASES.get(name, name)
    if not _NAME.match(name):
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if not found._is_text_encoding or found.name.replace("_", "-") in _REFUSED:
        return None
    return found.name


def decode_western(data: bytes) -> str:
    """Windows-1252, with its five holes as the controls that ISO 8859-1 has there."""
    return data.decode("cp1252", "ventanilla-latin1")


def _decode_marked(data: bytes) -> str | None:
    for mark, codec in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return (
                data[len(mark) :].decode("utf-8", "ventanilla-western")
                if codec == "utf-8"
                else data.decode(codec, "replace")
            )
    return None


def _decode_by_trust(data: bytes, codec: str | None, guess: Callable[[bytes], str]) -> str:
    if codec and codec.startswith(_STATEFUL):
        return data.decode(codec, "replace")
    utf8 = _strictly(data, "utf-8")
    if utf8 is not None:
        return utf8
    if codec and codec not in ("utf-8", "ascii"):
        return _declared(data, codec, guess)
    if codec == "utf-8" and _mostly_utf8(data):
        return data.decode("utf-8", "ventanilla-western")
    return guess(data)


def _declared(data: bytes, codec: str, guess: Callable[[bytes], str]) -> str:
    if codec == "cp1252":
        return decode_western(data)
    text = _strictly(data, codec)
    if text is not None:
        return text
    loose = data.decode(codec, "replace")
    # A few bad bytes in a long text are damage; many mean that the declaration is wrong.
    return loose if loose.count("�") * 50 <= len(loose) else guess(data)


def _decode_escaped(data: bytes) -> str:
    """Seven-bit text with escapes is ISO 2022 Japanese, declared or not."""
    if b"\x1b$" in data or b"\x1b(J" in data:
        return data.decode("iso2022_jp_ext", "replace")
    return data.decode("ascii")


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _mostly_utf8(data: bytes) -> bool:
    sample = data[:_GUESS_SAMPLE]
    loose = sample.decode("utf-8", "ignore")
    return sum(not character.isascii() for character in loose) > len(sample) - len(loose.encode())


def _guess(data: bytes) -> str:
    """A charset for bytes that are not UTF-8 and were not declared, or wrongly. Short western text beats the guesser."""
    western = decode_western(data)
    high = [character for character in western[:_GUESS_SAMPLE] if not character.isascii()]
    known = sum(character in _WESTERN for character in high)
    if known >= 0.9 * len(high) and len(high) <= 0.25 * min(len(western), _GUESS_SAMPLE):
        return western
    best = from_bytes(data[:_GUESS_SAMPLE], steps=5, chunk_size=512).best()
    codec = codec_name(best.encoding) if best else None
    return data.decode(codec, "replace") if codec else western


def _byte_as_latin1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _byte_as_western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return decode_western(error.object[error.start : error.end]), error.end


codecs.register_error("ventanilla-latin1", _byte_as_latin1)
codecs.register_error("ventanilla-western", _byte_as_western)
