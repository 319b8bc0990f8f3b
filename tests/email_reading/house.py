"""The house that the sample mails arrive at, and short ways to read one."""

from __future__ import annotations

from pathlib import Path

from connectors.imap_email.reading import MailContext, read_mail
from ventanilla.channel import Message

MAILS = Path(__file__).parent / "mails"
HOUSE = MailContext(
    own_addresses=frozenset({"soporte@example.com", "web@example.com"}),
    forms=(("web@example.com", "reply_to"),),
    lists=("soporte.example.com",),
    staff_addresses=frozenset({"luis@example.com"}),
    trusted_authserv=("mx.example.com", "mx2.example.com"),
    installation="inst-1",
)


def sample(name: str, *, line_end: bytes = b"\n") -> Message:
    """One of the sample mails, read, with the line ends that a server would give it where asked."""
    raw = (MAILS / f"{name}.eml").read_bytes()
    return read_mail(raw.replace(b"\n", line_end), HOUSE)


def mail(body: str | bytes = "Hola", /, **headers: str) -> Message:
    """A mail from its headers (`content_type=` is Content-Type) and body, read."""
    return read_mail(raw_mail(body, **headers), HOUSE)


def raw_mail(body: str | bytes = "Hola", /, **headers: str) -> bytes:
    """The bytes of it; From, To and Subject have defaults."""
    given = {"from_": "Ana <ana@example.net>", "to": "soporte@example.com", "subject": "Consulta", **headers}
    lines = "".join(
        f"{name.strip('_').replace('_', '-')}: {value}\n" for name, value in given.items() if value is not None
    )
    content = body if isinstance(body, bytes) else body.encode()
    return lines.encode("utf-8", "surrogateescape") + b"\n" + content


def multipart(*parts: str | bytes, kind: str = "mixed") -> dict[str, object]:
    """The positional body and the header of a multipart, for `mail(**…)`-like calls."""
    joined = b"".join(b"--limite\n" + (part if isinstance(part, bytes) else part.encode()) + b"\n" for part in parts)
    return {"body": joined + b"--limite--\n", "content_type": f'multipart/{kind}; boundary="limite"'}


def read_multipart(*parts: str | bytes, kind: str = "mixed", **headers: str) -> Message:
    """A multipart mail, read."""
    built = multipart(*parts, kind=kind)
    body = built["body"]
    assert isinstance(body, bytes)
    return mail(body, content_type=str(built["content_type"]), **headers)
