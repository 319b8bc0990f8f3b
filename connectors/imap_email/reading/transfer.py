"""Content-Transfer-Encoding undone, tolerantly. Knows nothing of charsets or parts."""

from __future__ import annotations

import binascii
import re

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.M)


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """The bytes behind an encoding; what is unknown (7bit, 8bit, binary, nonsense) comes back as it is. Never raises."""
    name = encoding.strip().strip("'\";").lower()
    if name == "base64":
        return decode_base64(data)
    if name == "quoted-printable":
        return binascii.a2b_qp(data)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return decode_uu(data)
    return data


def decode_base64(data: bytes) -> bytes:
    """As much as can be read: foreign bytes are skipped, padding may be missing, a last lone digit is dropped."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        digits = _NOT_BASE64.sub(b"", data.partition(b"=")[0])
        digits = digits[: len(digits) - (len(digits) % 4 == 1)]
        return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def decode_uu(data: bytes) -> bytes:
    """The first file of uuencoded text; broken lines are mended as far as they tell their length."""
    begin = _UU_BEGIN.search(data)
    if begin is None:
        return data
    out = bytearray()
    for line in data[begin.end() :].split(b"\n"):
        if line.strip() == b"end":
            break
        out += _uu_line(line.rstrip(b"\r"))
    return bytes(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        size = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:size])
        except binascii.Error:
            return b""
