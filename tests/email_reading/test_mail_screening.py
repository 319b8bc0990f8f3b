"""Machines told from people by headers alone. Swallowing a customer is the worst error: what is doubtful is accepted."""

from __future__ import annotations

import pytest

from connectors.imap_email.reading import MailContext, read_mail
from tests.email_reading.house import HOUSE, mail, raw_mail, sample
from ventanilla.words import Verdict

A, R, L, S, OWN, X = Verdict.ACCEPT, Verdict.AUTO_REPLY, Verdict.LIST, Verdict.SPAM, Verdict.OWN, Verdict.LOOP
UNSUB = "<https://x.example/u>"
FORM = "web@example.com"
HIDING = 'spf=pass smtp.mailfrom="dmarc=pass"@evil.example'
COMMENTED = "spf=pass (mx: domain of dmarc=pass@evil.example designates 192.0.2.1) smtp.mailfrom=evil.example"
CASES: list[tuple[dict[str, str], Verdict, str]] = [
    ({}, A, ""),
    # automatic
    ({"auto_submitted": "auto-replied"}, R, "auto_reply: Auto-Submitted auto-replied"),
    ({"auto_submitted": "auto-generated (rejected)"}, R, "auto_reply: Auto-Submitted auto-generated"),
    ({"auto_submitted": "no"}, A, ""),
    ({"auto_submitted": "No; x=y"}, A, ""),
    ({"x_autoreply": "yes"}, R, "auto_reply: X-Autoreply"),
    ({"x_autorespond": "Estoy fuera"}, R, "auto_reply: X-Autorespond"),
    ({"x_autoreply": "no"}, A, ""),
    ({"precedence": "auto_reply"}, R, "auto_reply: Precedence auto_reply"),
    ({"precedence": "bulk", "return_path": "<>"}, R, "auto_reply: Precedence bulk with empty sender"),
    (
        {"precedence": "bulk", "x_auto_response_suppress": "All"},
        R,
        "auto_reply: Precedence bulk with X-Auto-Response-Suppress",
    ),
    ({"precedence": "bulk"}, A, ""),
    ({"x_auto_response_suppress": "All"}, A, ""),
    ({"return_path": "<>"}, A, ""),
    ({"subject": "Respuesta automática: Pedido"}, A, ""),
    (
        {"subject": "Automatic reply: order", "x_auto_response_suppress": "All"},
        R,
        "auto_reply: out-of-office subject with X-Auto-Response-Suppress",
    ),
    (
        {"subject": "Respuesta automática: x", "return_path": "<>"},
        R,
        "auto_reply: out-of-office subject with empty sender",
    ),
    ({"subject": "Fuera de la oficina", "precedence": "junk"}, R, "auto_reply: out-of-office subject with bulk"),
    # ours
    ({"from_": "soporte@example.com"}, OWN, "own: From is this channel's address"),
    ({"from_": "Soporte <SOPORTE+x@example.com>"}, OWN, "own: From is this channel's address"),
    ({"x_ventanilla_loop": "inst-1"}, X, "loop: X-Ventanilla-Loop is ours"),
    ({"from_": "soporte@example.com", "x_ventanilla_loop": "inst-1"}, X, "loop: X-Ventanilla-Loop is ours"),
    ({"x_ventanilla_loop": "other"}, R, "auto_reply: X-Ventanilla-Loop of another installation"),
    # forms and groups of ours
    ({"from_": FORM, "reply_to": "ana@x.example"}, A, ""),
    (
        {
            "from_": FORM,
            "reply_to": "ana@x.example",
            "auto_submitted": "auto-generated",
            "precedence": "bulk",
            "list_unsubscribe": UNSUB,
        },
        A,
        "",
    ),
    ({"from_": FORM, "reply_to": "ana@x.example", "authentication_results": "mx.example.com; dmarc=fail"}, A, ""),
    ({"from_": FORM, "reply_to": "ana@x.example", "x_spam_flag": "YES"}, S, "spam: X-Spam-Flag YES"),
    ({"list_id": "Soporte <soporte.example.com>", "precedence": "list", "list_unsubscribe": UNSUB}, A, ""),
    (
        {
            "list_id": "<soporte.example.com>",
            "from_": "'Ana' via Soporte <soporte@example.com>",
            "reply_to": "ana@x.example",
        },
        A,
        "",
    ),
    # lists
    ({"list_id": "<news.x.example>", "list_unsubscribe": UNSUB}, L, "list: List-Id news.x.example, List-Unsubscribe"),
    ({"list_unsubscribe": UNSUB, "precedence": "bulk"}, L, "list: List-Unsubscribe, Precedence bulk"),
    (
        {"list_unsubscribe": UNSUB, "list_unsubscribe_post": "List-Unsubscribe=One-Click"},
        L,
        "list: List-Unsubscribe-Post",
    ),
    (
        {"to": "lista@x.example", "list_id": "Lista <lista.x.example>", "list_post": "<mailto:lista@x.example>"},
        L,
        "list: List-Id lista.x.example",
    ),
    ({"list_unsubscribe": UNSUB}, A, ""),
    ({"list_id": "<compras.cliente.example>"}, A, ""),
    (
        {
            "list_id": "<compras.cliente.example>",
            "list_post": "<mailto:c@cliente.example>",
            "precedence": "list",
            "list_unsubscribe": UNSUB,
        },
        A,
        "",
    ),
    ({"to": "lista@x.example", "list_id": "<lista.x.example>", "in_reply_to": "<r@example.com>"}, A, ""),
    ({"list_unsubscribe": UNSUB, "precedence": "bulk", "in_reply_to": "<r@example.com>"}, A, ""),
    # spam
    ({"x_spam_flag": "YES"}, S, "spam: X-Spam-Flag YES"),
    ({"x_spam_flag": "NO"}, A, ""),
    ({"x_spam_status": "Yes, score=9.1 required=5.0"}, S, "spam: X-Spam-Status Yes"),
    ({"x_spam_status": "No, score=-1.0"}, A, ""),
    ({"x_ms_exchange_organization_scl": "6"}, S, "spam: SCL 6"),
    ({"x_ms_exchange_organization_scl": "-1"}, A, ""),
    ({"x_forefront_antispam_report": "CIP:1.2.3.4;SFV:SPM;SCL:5;"}, S, "spam: SCL 5"),
    (
        {"authentication_results": "mx.example.com; spf=pass; dmarc=fail (p=REJECT) header.from=x"},
        S,
        "spam: dmarc=fail",
    ),
    ({"authentication_results": "mx.example.com 1; dmarc=fail action=quarantine"}, S, "spam: dmarc=fail"),
    ({"authentication_results": "mx.example.com; dmarc=pass"}, A, ""),
    ({"authentication_results": "mx.example.com; dmarc=fail (p=NONE sp=NONE dis=NONE)"}, A, ""),
    ({"authentication_results": "evil.example; dmarc=fail"}, A, ""),
    ({"authentication_results": "mx2.example.com; dmarc=fail (p=reject)"}, S, "spam: dmarc=fail"),
    ({"authentication_results": f"mx.example.com; {HIDING}; dmarc=fail (p=reject)"}, S, "spam: dmarc=fail"),
    ({"authentication_results": f"mx.example.com; {COMMENTED}; dmarc=fail (p=reject)"}, S, "spam: dmarc=fail"),
    (
        {"from_": "a@x.example, b@x.example", "authentication_results": "mx.example.com; dmarc=fail"},
        S,
        "spam: dmarc=fail",
    ),
]


@pytest.mark.parametrize(("headers", "verdict", "reason"), CASES)
def test_headers_decide(headers: dict[str, str], verdict: Verdict, reason: str) -> None:
    screening = mail(**headers).screening

    assert (screening.verdict, screening.reason) == (verdict, reason)


def test_only_the_topmost_result_of_our_own_server_counts() -> None:
    forged = b"Authentication-Results: mx.example.com; dmarc=pass\nAuthentication-Results: mx.example.com; dmarc=fail\n"

    assert read_mail(forged + raw_mail(), HOUSE).screening.verdict is Verdict.ACCEPT


@pytest.mark.parametrize(("above", "verdict"), [("", Verdict.SPAM), ("evil.example; none", Verdict.ACCEPT)])
def test_a_server_without_a_name_counts_only_as_the_nearest(above: str, verdict: Verdict) -> None:
    fields = [above, "spf=pass smtp.mailfrom=evil.example; dmarc=fail action=quarantine;compauth=fail reason=000"]
    raw = "".join(f"Authentication-Results: {field}\n" for field in fields if field).encode() + raw_mail()

    assert read_mail(raw, MailContext(trusted_authserv=("unnamed",))).screening.verdict is verdict


def test_without_a_trusted_server_no_result_counts() -> None:
    raw = raw_mail(authentication_results="mx.example.com; dmarc=fail")

    assert read_mail(raw, MailContext()).screening.verdict is Verdict.ACCEPT


@pytest.mark.parametrize(
    ("headers", "customer"),
    [
        ({"from_": FORM, "reply_to": "Ana <ana@x.example>"}, "ana@x.example"),
        ({"from_": FORM}, FORM),
        ({"from_": FORM, "reply_to": "soporte@example.com, ana@x.example"}, "ana@x.example"),
        ({"reply_to": "otra@x.example"}, "ana@example.net"),
        (
            {
                "from_": "'Ana' via S <soporte@example.com>",
                "list_id": "<soporte.example.com>",
                "reply_to": "ana@x.example",
            },
            "ana@x.example",
        ),
        (
            {
                "from_": "'Ana' via S <soporte@example.com>",
                "list_id": "<soporte.example.com>",
                "x_original_from": "Ana <ana@x.example>",
            },
            "ana@x.example",
        ),
    ],
)
def test_the_customer_is_behind_a_form_or_a_group_of_ours(headers: dict[str, str], customer: str) -> None:
    message = mail(**headers)

    assert message.customer.address == customer
    assert message.screening.verdict is Verdict.ACCEPT


def test_no_nul_comes_in_through_a_reason() -> None:
    assert "\0" not in mail(to="x@y.example", list_id="=?utf-8?q?a=00b?=").screening.reason


def test_an_out_of_office_from_exchange_and_a_newsletter_are_screened() -> None:
    assert sample("vacation_exchange_es").screening.verdict is Verdict.AUTO_REPLY
    assert sample("newsletter").screening.verdict is Verdict.LIST


def test_reasons_never_carry_the_customers_text() -> None:
    message = mail("secreto", subject="Automatic reply: secreto", x_autoreply="secreto", from_="secreto@x.example")

    assert "secreto" not in message.screening.reason
