"""Writes a text as the only part of a mail (RFC 2045), as the standard library does and at a fraction of its price."""

from __future__ import annotations

from binascii import b2a_qp

_HEAD = b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'


def plain_part(text: str) -> bytes:
    """The last fields of a mail's head, the empty line and its text: 7-bit, no line longer than 76, all ended by CR LF.

    A lone CR or LF ends a line too; the text's last line is ended where it is not.
    """
    lines = text.encode("utf-8", "replace").splitlines()
    return _HEAD + b2a_qp(b"\n".join(lines) + b"\n", istext=True).replace(b"\n", b"\r\n")
