"""Delivery reports: who was not reached, why, and which of our mails it was about."""

from __future__ import annotations

import pytest

from tests.email_reading.house import mail, sample
from ventanilla.words import Verdict

REPORTS = [
    ("bounce_postfix", ("nadie@example.net", "5.1.1", "failed", "<ack.1@example.com>")),
    ("bounce_delayed", ("lento@example.net", "4.4.1", "delayed", "<r2@example.com>")),
    ("bounce_exim", ("fulano@example.net", "5.0.0", "failed", "<r3@example.com>")),
    ("bounce_qmail", ("zutano@example.net", "5.1.1", "failed", "<r4@example.com>")),
    ("bounce_exchange_es", ("mengano@example.net", "5.1.10", "failed", "<r5@example.com>")),
]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("name", "expected"), REPORTS)
def test_reports_name_the_recipient_the_status_and_our_mail(
    name: str, expected: tuple[str, str, str, str], line_end: bytes
) -> None:
    message = sample(name, line_end=line_end)

    assert message.bounce is not None
    bounce = message.bounce
    assert (bounce.recipient, bounce.status, bounce.action, bounce.original_message_id) == expected
    assert message.screening.verdict is Verdict.BOUNCE


def report(fields: str) -> str:
    return (
        f"--r\n\nA report.\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{fields}\n--r--\n"
    )


REPORT_TYPE = 'multipart/report; report-type=delivery-status; boundary="r"'


def test_a_failed_recipient_stands_before_a_delivered_one() -> None:
    fields = (
        "Final-Recipient: rfc822;bien@x.example\nAction: delivered\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822;mal@x.example\nAction: failed\nStatus: 5.2.2\n"
    )

    bounce = mail(report(fields), from_="mailer-daemon@mx.example", content_type=REPORT_TYPE).bounce

    assert bounce is not None
    assert (bounce.recipient, bounce.status, bounce.action) == ("mal@x.example", "5.2.2", "failed")


def test_a_report_without_recipients_is_still_a_bounce() -> None:
    message = mail(report(""), from_="mailer-daemon@mx.example", content_type=REPORT_TYPE)

    assert message.bounce is not None
    assert (message.bounce.recipient, message.bounce.action) == ("", "failed")


def test_an_empty_from_is_read() -> None:
    message = mail(
        report("Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1\n"),
        from_="<>",
        content_type=REPORT_TYPE,
    )

    assert message.author.address == ""
    assert message.screening.verdict is Verdict.BOUNCE


@pytest.mark.parametrize(
    "headers",
    [
        {"subject": "Me ha llegado: Undelivered Mail Returned to Sender"},
        {"subject": "Fwd: Delivery Status Notification (Failure)"},
        {"subject": "Mail delivery failed"},
    ],
)
def test_a_person_who_writes_about_a_bounce_is_no_bounce(headers: dict[str, str]) -> None:
    text = "Me dice que user unknown y que could not be delivered a soporte@example.com. ¿Qué hago?"

    message = mail(text, **headers)

    assert message.bounce is None
    assert message.screening.verdict is Verdict.ACCEPT


def test_a_postmaster_who_writes_by_hand_is_no_bounce() -> None:
    message = mail("Buenos días, ¿nos dan su registro SPF?", from_="postmaster@x.example", subject="Su correo")

    assert message.screening.verdict is Verdict.ACCEPT


def test_a_read_receipt_is_automatic_and_no_bounce() -> None:
    message = sample("read_receipt")

    assert message.bounce is None
    assert (message.screening.verdict, message.screening.reason) == (Verdict.AUTO_REPLY, "auto_reply: read receipt")
