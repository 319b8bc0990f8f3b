"""Authentication-Results as mail servers write it: whose word it is, and what it says of the address in From."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.imap_email.reading.authentication import read_authentications
from connectors.imap_email.reading.headers import read_headers
from tests.email_reading.house import mail
from ventanilla.channel import Authentication, Party

GOOGLE = """mx.google.com;
       dkim=pass header.i=@example.net header.s=20230601 header.b=AbC;
       spf=pass (google.com: domain of ana@example.net designates 192.0.2.1 as permitted sender) smtp.mailfrom=ana@example.net;
       dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=example.net"""
MICROSOFT = """spf=pass (sender IP is 192.0.2.1)
 smtp.mailfrom=example.net; dkim=pass (signature was verified)
 header.d=example.net;dmarc=pass action=none
 header.from=example.net;compauth=pass reason=100"""
ANA = (Party(address="ana@example.net"),)


def read(value: str, authors: tuple[Party, ...] = ANA) -> list[tuple[str, str, str]]:
    block = f"Authentication-Results: {value}\n\n".encode()
    found = read_authentications(read_headers(block, 0, len(block))[0], authors)
    return [(one.authserv, one.dmarc, one.domain) for one in found]


@pytest.mark.parametrize(
    ("value", "authserv", "dmarc"),
    [
        (GOOGLE, "mx.google.com", "pass"),
        (MICROSOFT, "unnamed", "pass"),
        ("mx.example.com; none", "mx.example.com", "none"),
        ("MX.Example.COM 1; dmarc=FAIL", "mx.example.com", "fail"),
        ('"mx.example.com"; dmarc = pass', "mx.example.com", "pass"),
        ("mx.example.com (dmarc=pass (really; dkim=pass)); dmarc=fail", "mx.example.com", "fail"),
        ('mx.example.com; spf=fail reason="a; dmarc=pass"', "mx.example.com", "none"),
        ("mx.example.com; spf=pass smtp.helo=example.net", "mx.example.com", "none"),
        ("mx.example.com; dkim=pass header.d=net", "mx.example.com", "none"),
        ("mx.example.com; dkim=pass header.d=notexample.net", "mx.example.com", "none"),
        ("mx.example.com; dkim=pass header.d=mail.example.net", "mx.example.com", "pass"),
        ("mx.example.com; dmarc=fail; dkim=pass header.d=example.net", "mx.example.com", "fail"),
        ("mx.example.com; auth=pass smtp.auth=luis@example.net", "mx.example.com", "none"),
        ("", "", "none"),
    ],
)
def test_a_field_is_read(value: str, authserv: str, dmarc: str) -> None:
    assert read(value) == [(authserv, dmarc, "example.net")]


def test_the_domain_is_the_one_that_was_looked_at() -> None:
    assert read("mx.example.com; dmarc=pass header.from=otra.example") == [("mx.example.com", "pass", "otra.example")]


def test_a_mail_with_two_authors_or_none_is_nobodys() -> None:
    assert read("mx.example.com; dmarc=pass", (*ANA, Party(address="otra@example.org"))) == []
    assert read("mx.example.com; dmarc=pass", ()) == []


def test_fields_stand_in_the_order_of_the_mail() -> None:
    found = mail("Hola", authentication_results="a.example; dmarc=pass\nAuthentication-Results: b.example; dmarc=fail")

    assert found.authentications == (
        Authentication(authserv="a.example", dmarc="pass", domain="example.net"),
        Authentication(authserv="b.example", dmarc="fail", domain="example.net"),
    )


LOCAL = '"x@example.net"@evil.example'
FORGED = {
    "quoted local part": f"mx.example.com; spf=pass smtp.mailfrom={LOCAL}",
    "quoted local part, undecided": f"mx.example.com; spf=pass (ok) smtp.mailfrom={LOCAL}; dmarc=none header.from=example.net",
    "quoted local part of a signature": f"mx.example.com; dkim=pass header.i={LOCAL} header.s=s1",
    "quoted as a whole": 'mx.example.com; spf=pass smtp.mailfrom="x@example.net"',
    "property in a quoted string": 'mx.example.com; spf=pass smtp.mailfrom="a smtp.mailfrom=x@example.net "@evil.example',
    "escaped quotation mark": r'mx.example.com; spf=pass smtp.mailfrom="a\";dmarc=pass header.from=example.net;x=\"b"@evil.example',
    "reason": r'mx.example.com; dkim=fail reason="bad \"; dmarc=pass header.from=example.net; \"x" header.d=evil.example',
    "end of a comment in a quoted string": (
        'mx.example.com; spf=pass (mx.example.com: domain of "a);dmarc=pass header.from=example.net;("@evil.example '
        "designates 192.0.2.1) smtp.mailfrom=evil.example"
    ),
    "parenthesis in a quoted string": 'mx.example.com; spf=pass smtp.mailfrom="(" ; dmarc=pass ( "x"@evil.example',
    "comment within a word": "mx.example.com; spf=pass smtp.mailfrom=example.net(x)@evil.example",
    "property within a value": "mx.example.com; spf=pass smtp.mailfrom=a,smtp.mailfrom=x@example.net@evil.example",
    "two DMARC results": "mx.example.com; dmarc=pass header.from=example.net; dmarc=fail header.from=example.net",
    "two senders": "mx.example.com; spf=pass smtp.mailfrom=evil.example smtp.mailfrom=example.net",
    "open comment": "mx.example.com; dmarc=pass header.from=example.net (",
    "closed, never opened": "mx.example.com; dmarc=pass header.from=example.net )",
    "open quotation": 'mx.example.com; dmarc=pass header.from=example.net reason="',
    "deeply nested": "mx.example.com " + "(" * 9 + " ; dmarc=pass (" + ")" * 10 + "; dmarc=none",
}


@pytest.mark.parametrize("value", FORGED.values(), ids=FORGED)
def test_what_a_stranger_puts_into_a_senders_address_proves_nothing(value: str) -> None:
    assert read(value) == [("mx.example.com", "none", "example.net")]
    assert read(value + "; dmarc=fail (p=reject) header.from=example.net")[0][1] != "pass"


def test_a_broken_field_of_a_server_without_a_name_is_still_that_servers() -> None:
    assert read('spf=pass smtp.mailfrom="x; dmarc=pass') == [("unnamed", "none", "example.net")]


def test_an_unreadable_domain_is_not_taken_for_the_authors() -> None:
    assert read('mx.example.com; dmarc=pass header.from="x@example.net"') == [("mx.example.com", "pass", "")]


@pytest.mark.parametrize(
    "value",
    [
        'dkim=fail ("headers rsa verify failed") header.d=x; dmarc=pass header.from="example.net" (policy=none)',
        r"dmarc=pass (a \( b (c) \) \" d) header.from=example.net",
        "spf=pass smtp.mailfrom=<bounces@mail.example.net>",
        "dkim=pass (2048-bit) header.d=example.net header.i=@evil.example",
        "auth=pass (plain) smtp.auth=ana@example.net",
    ],
)
def test_what_servers_write_is_still_believed(value: str) -> None:
    assert read(f"mx.example.com; {value}") == [("mx.example.com", "pass", "example.net")]


def test_a_long_field_is_read_in_no_time() -> None:
    begun = time.process_time()
    for sign in ("()", '""', ";", "a.b=c ", "a ", "\\", "(", '"'):
        read("mx.example.com; " + sign * 100_000)
    assert time.process_time() - begun < 10


@given(st.text(alphabet=st.sampled_from('()";=. dmarcpsfkiheo@x1\\'), max_size=300))
def test_whatever_a_stranger_writes_is_read_without_an_error(value: str) -> None:
    assert len(read(value)) == 1
