"""Delivery reports: the standard ones (RFC 3464) and what Exim, qmail and old gateways write instead.

Knows who was not reached and why; an out-of-office is none of these. In doubt it is no bounce: a person may quote one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from connectors.imap_email.reading.addresses import canonical_address, read_addresses
from connectors.imap_email.reading.attachments import attached_mail
from connectors.imap_email.reading.charsets import decode_text
from connectors.imap_email.reading.headers import Headers, read_headers
from connectors.imap_email.reading.limits import MAX_REPORT
from connectors.imap_email.reading.message_ids import read_id
from connectors.imap_email.reading.parts import Part, leaves
from ventanilla.channel import Bounce

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45])\d\d(?=[ -])")
_LONGEST = 1000  # of a field with one address
_RANK = {"failed": 0, "delayed": 1, "expanded": 2, "relayed": 3, "delivered": 4}
_ROBOTS = re.compile(
    r"(?i)^(?:mailer-daemon|mail-daemon|postmaster|mdaemon|microsoftexchange[0-9a-f]{8,}|no-?reply-dsn)(?:@|$)"
)
_ROBOT_NAMES = re.compile(r"(?i)mail delivery (?:sub)?system|mail delivery service|mailer.daemon|system administrator")
_SUBJECT = re.compile(
    r"(?i)undeliver|delivery status notification|failure notice|returned mail|mail delivery (?:failed|failure)"
    r"|delivery (?:failure|failed)"
    r"|delivery has failed|no se puede entregar|no se ha podido entregar|devuelto|mail system error"
    r"|warning: message .{1,40} delayed"
    r"|delayed mail|non remis|unzustellbar|delivery problem|entrega (?:fallida|retrasada)|nondeliverable"
    r"|notificación de estado de entrega"
)
# No blank of any length may cross lines here: a thousand empty lines would be walked through a thousand times.
_FAILED_ADDRESS = re.compile(
    r"(?im)(?:^[ \t]*(?:final-recipient|original-recipient|to|recipient)\s{0,8}:\s{0,40}(?:rfc822;\s{0,40})?|^[ \t]*<|^[ \t]{0,8}"
    r"|\brecipient(?:\(s\))? |\busuario )"
    r"<?([^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"']{1,200})>?"
)
_PROSE = re.compile(
    r"(?i)could not be delivered|couldn'?t be delivered|was not delivered|wasn'?t able to deliver|unable to deliver"
    r"|permanent (?:fatal )?error"
    r"|user unknown|no such user|mailbox (?:is )?(?:full|unavailable|not found|exceeds)|address not found|qmail-send program"
    r"|undeliverable"
    r"|did not reach the following|delivery to the following|no se pudo entregar|no se ha podido entregar|no pudo ser entregad"
    r"|has not been delivered|not yet been delivered|host unknown|does not exist|over quota"
    r"|message (?:was )?delayed|will be retried"
)
_DELAYED = re.compile(
    r"(?i)delay|not yet been delivered|will be retried|still being retried|retrasad|could not send|4\.\d\.\d"
)
_COPY = re.compile(
    r"(?im)^.{0,40}(?:copy of (?:the|your) message|original message|mensaje original|copy of the message).{0,80}$"
)
_ID_LINE = re.compile(r"(?im)^[> ]*message-id\s*:\s*(<[^<>\r\n]{3,900}>)")


def read_bounce(root: Part, *, headers: Headers, author: str, text: str) -> Bounce | None:
    """What a delivery report says, None when the mail is none. The first failed recipient stands for all. Never raises."""
    if _is_report(root, "delivery-status") or any(
        leaf.content_type == "message/delivery-status" for leaf in _top(root)
    ):
        return _standard(root, text)
    if not _is_robot(headers, author):
        return None
    failed = read_addresses(headers.raw("x-failed-recipients"))
    if failed or (_SUBJECT.search(headers.text("subject")) and _PROSE.search(text[:MAX_REPORT])):
        return _prose(root, text[:MAX_REPORT], failed[0].address if failed else None, headers)
    return _prose(root, text[:MAX_REPORT], None, headers) if "qmail-send program" in text[:2000] else None


def is_read_receipt(root: Part) -> bool:
    """A disposition notification (RFC 8098): somebody's program says that it was shown or deleted."""
    return _is_report(root, "disposition-notification")


def is_report(root: Part) -> bool:
    """Any other machine's report (abuse, TLS, DMARC)."""
    return root.content_type == "multipart/report" or _is_report(root, "feedback-report")


def _is_report(root: Part, kind: str) -> bool:
    return root.content_type == "multipart/report" and root.parameters.get("report-type", "").lower() == kind


def _top(root: Part) -> Sequence[Part]:
    return root.children if root.content_type == "multipart/report" else ()


def _is_robot(headers: Headers, author: str) -> bool:
    null_sender = headers.raw("return-path").replace(" ", "") == "<>"
    name = headers.text("from")
    return bool(null_sender or not author or _ROBOTS.match(author) or _ROBOT_NAMES.search(name[:300]))


def _standard(root: Part, text: str) -> Bounce:
    blocks = [
        block for leaf in leaves(root) if leaf.content_type == "message/delivery-status" for block in _blocks(leaf)
    ]
    found = [_recipient(block) for block in blocks if "final-recipient" in block or "original-recipient" in block]
    recipient, status, action = min(found, key=lambda each: _RANK.get(each[2], 0), default=("", "", ""))
    if not recipient:
        prose = _FAILED_ADDRESS.search(text[:MAX_REPORT])
        recipient = canonical_address(prose[1]) if prose else ""
    status = status or _status_in(text[:MAX_REPORT])
    action = action or ("delayed" if status.startswith("4") and _DELAYED.search(text[:MAX_REPORT]) else "failed")
    return Bounce(recipient=recipient, status=status, action=action, original_message_id=_original_id(root, text))


def _blocks(leaf: Part) -> Iterator[Headers]:
    """The groups of fields of a message/delivery-status, the first being about the message itself."""
    data = leaf.content()[:MAX_REPORT].replace(b"\r\n", b"\n").strip(b"\n") + b"\n"
    for block in re.split(rb"\n[ \t]*\n+", data):
        yield read_headers(block + b"\n\n", 0, len(block) + 2)[0]


def _recipient(block: Headers) -> tuple[str, str, str]:
    address = _typed(block.text("final-recipient")) or _typed(block.text("original-recipient"))
    original = _typed(block.text("original-recipient"))
    status = _STATUS.search(block.raw("status")) or _STATUS.search(block.raw("diagnostic-code"))
    action = re.match(r"[a-z]+", block.raw("action").strip().lower())
    if "@" not in address and "@" in original:
        address = original
    return canonical_address(address), status[1] if status else "", action[0] if action else ""


def _typed(value: str) -> str:
    """`rfc822;ana@example.com` without its type."""
    address = value.rpartition(";")[2].strip()[:_LONGEST]
    found = re.search(r"[^\s<>]+@[^\s<>]+", address)
    return found[0] if found else address.strip("<>").split(" ")[0]


def _prose(root: Part, text: str, recipient: str | None, headers: Headers) -> Bounce:
    report = text[: copy.start()] if (copy := _COPY.search(text)) else text
    own = {party.address for name in ("to", "from") for party in read_addresses(headers.raw(name))}
    named = (canonical_address(match[1].rstrip(".")) for match in _FAILED_ADDRESS.finditer(report))
    recipient = recipient or next((address for address in named if address not in own), "")
    status = _status_in(report)
    delayed = _DELAYED.search(headers.text("subject")) or (status.startswith("4") and _DELAYED.search(report))
    return Bounce(
        recipient=recipient,
        status=status or ("4.0.0" if delayed else "5.0.0"),
        action="delayed" if delayed else "failed",
        original_message_id=_original_id(root, text),
    )


def _status_in(text: str) -> str:
    status = _STATUS.search(text)
    if status:
        return status[1]
    code = _CODE.search(text)
    return f"{code[1]}.0.0" if code else ""


def _original_id(root: Part, text: str) -> str | None:
    """The Message-ID of the mail that is reported on: attached whole, as headers only, or quoted in the text."""
    for leaf in leaves(root):
        mail = attached_mail(leaf)
        if mail is None and leaf.content_type in ("text/rfc822-headers", "message/rfc822-headers"):
            mail = leaf.content()
        if mail is not None:
            return read_id(read_headers(mail, 0, len(mail))[0].raw("message-id"))
    quoted = _ID_LINE.search(text[:MAX_REPORT]) or _ID_LINE.search(_rest(root))
    return read_id(quoted[1]) if quoted else None


def _rest(root: Part) -> str:
    return "" if root.children else decode_text(root.content()[:MAX_REPORT], root.charset)
