"""Sending through a real SMTP server: what went out is told apart from what did not and from what nobody can know."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from config.email import OAuth2
from config.secrets import Secret
from config.servers import SmtpServer as SmtpSettings
from connectors.imap_email.connection import Login
from connectors.imap_email.login import kept_tokens
from connectors.imap_email.sender import Keeping, SmtpSender
from tests.imap_email.test_compose import letter
from tests.servers.certificates import make_certificate
from tests.servers.oauth import OAuthServer
from tests.servers.ports import free_port
from tests.servers.proxy import Proxy
from tests.servers.smtp import HANG_UP, SAY_NOTHING, SmtpServer
from tests.servers.tokens import make_token
from ventanilla.channel import Attachment
from ventanilla.errors import Ambiguous, LoginRefused, Permanent, Temporary
from ventanilla.house_time import house_time, ticks

ADDRESS = "soporte@example.com"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """A server that takes mail from anybody."""
    with SmtpServer() as started:
        yield started


@contextlib.contextmanager
def sending(
    server: SmtpServer,
    *,
    login: Login | None = None,
    keeping: Keeping | None = None,
    port: int | None = None,
    security: str = "none",
    ca_file: Path | None = None,
) -> Iterator[SmtpSender]:
    """A sender, closed in the end."""
    settings = SmtpSettings.model_validate(
        {"host": server.host, "port": port or server.port, "security": security, "ca_file": ca_file}
    )
    sender = SmtpSender(settings, login, address=ADDRESS, keeping=keeping)
    try:
        yield sender
    finally:
        sender.close()


def password(word: str, user: str = "soporte") -> Login:
    """A login with this password."""
    return Login(user=user, password=Secret(literal=word), again="ventanilla login soporte")


def test_a_mail_goes_out_once_with_our_envelope(server: SmtpServer) -> None:
    with sending(server) as sender:
        sent = sender.send(letter(text="Hola, señor\n"))

    (taken,) = server.taken
    assert (taken.sender, taken.recipients) == (ADDRESS, ("customer@example.net",))
    assert sent.external_id == "<7.abc@example.com>"
    assert b"Message-ID: <7.abc@example.com>\r\n" in taken.raw
    assert b"Hola, se=C3=B1or" in taken.raw


def test_a_mail_is_dated_by_the_time_of_the_house_whatever_the_machines_clock_says(server: SmtpServer) -> None:
    house_time().follow(datetime.now(UTC) - timedelta(hours=5), at=ticks())
    try:
        with sending(server) as sender:
            sender.send(letter())
    finally:
        house_time().follow_nobody()

    dated = message_from_bytes(server.taken[0].raw, policy=default)["Date"].datetime
    assert timedelta(hours=4) < datetime.now(UTC) - dated < timedelta(hours=6)


def test_lines_that_begin_with_a_dot_arrive_as_they_were(server: SmtpServer) -> None:
    with sending(server) as sender:
        sender.send(letter(text=".\n..\n.three\n"))
        sender.send(letter(text=".\n..\n.three\n", html="<p>a</p>"))

    alone, with_html = (mail.raw for mail in server.taken)
    assert alone.endswith(b"\r\n\r\n=2E\r\n..\r\n.three\r\n")
    assert b"\r\n\r\n.\r\n..\r\n.three\r\n" in with_html


def test_several_mails_share_a_connection(server: SmtpServer) -> None:
    with sending(server) as sender:
        for number in range(3):
            sender.send(letter(id=number))

    assert len(server.taken) == 3
    assert server.connections == 1


def test_a_connection_is_replaced_after_so_many_mails(server: SmtpServer) -> None:
    with sending(server, keeping=Keeping(mails=2)) as sender:
        for number in range(4):
            sender.send(letter(id=number))

    assert server.connections == 2


def test_a_connection_that_lay_idle_for_long_is_replaced(server: SmtpServer) -> None:
    with sending(server, keeping=Keeping(idle_seconds=0)) as sender:
        for number in range(2):
            sender.send(letter(id=number))

    assert server.connections == 2


def test_a_connection_that_the_server_closed_meanwhile_costs_nothing(server: SmtpServer) -> None:
    with Proxy(server.port) as proxy, sending(server, port=proxy.port) as sender:
        sender.send(letter(id=1))
        proxy.cut()
        sender.send(letter(id=2))

    assert len(server.taken) == 2


def test_a_refused_mail_does_not_spoil_the_next(server: SmtpServer) -> None:
    with sending(server) as sender:
        server.answers["RCPT"] = "550 5.1.1 No such user"
        with pytest.raises(Permanent, match=r"customer@example\.net: 550 5\.1\.1 No such user"):
            sender.send(letter())
        server.answers.clear()
        sender.send(letter(id=8))

    assert [taken.recipients for taken in server.taken] == [("customer@example.net",)]
    assert server.connections == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("450 4.2.0 Greylisted, come back later", Temporary),
        ("451 4.7.0 Try again", Temporary),
        ("421 4.3.2 Closing", Temporary),
        ("552 5.2.2 Mailbox full", Permanent),
        ("554 5.7.1 Rejected as spam", Permanent),
        ("550 5.1.1 Unknown", Permanent),
    ],
)
def test_refusals_for_now_and_for_good_are_told_apart_with_the_servers_words(
    server: SmtpServer, step: str, answer: str, error: type[Exception]
) -> None:
    server.answers[step] = answer
    with sending(server) as sender, pytest.raises(error) as refusal:
        sender.send(letter())

    assert not isinstance(refusal.value, Ambiguous | LoginRefused)
    assert answer in str(refusal.value)
    assert server.taken == []


@pytest.mark.fault(12)
@pytest.mark.parametrize("answer", [HANG_UP, SAY_NOTHING])
def test_a_mail_whose_answer_is_lost_is_ambiguous_and_goes_again_under_its_id(server: SmtpServer, answer: str) -> None:
    server.answers["DATA"] = answer
    outgoing = letter(message_id=None)
    with sending(server, keeping=Keeping(last_answer_seconds=0.3)) as sender:
        with pytest.raises(Ambiguous):
            sender.send(outgoing)
        assert sender.find(outgoing) is None
        server.answers.clear()
        sent = sender.send(outgoing)

    ids = {
        raw.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode() for raw in (one.raw for one in server.taken)
    }
    assert len(server.taken) == 2
    assert ids == {sent.external_id}


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_connection_lost_before_the_mail_was_whole_is_temporary(server: SmtpServer, step: str) -> None:
    server.answers[step] = HANG_UP
    with sending(server) as sender:
        with pytest.raises(Temporary) as trouble:
            sender.send(letter())
        server.answers.clear()
        sender.send(letter())

    assert not isinstance(trouble.value, Ambiguous)
    assert len(server.taken) == 1


def test_a_server_that_falls_silent_before_the_mail_is_temporary(server: SmtpServer) -> None:
    server.answers["RCPT"] = SAY_NOTHING
    with sending(server, keeping=Keeping(answer_seconds=0.3)) as sender, pytest.raises(Temporary) as trouble:
        sender.send(letter())

    assert not isinstance(trouble.value, Ambiguous)


def test_a_server_that_is_gone_is_temporary(server: SmtpServer) -> None:
    with sending(server, port=free_port()) as sender, pytest.raises(Temporary, match="nobody listens"):
        sender.send(letter())


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_password_of_any_characters_is_sent_by_either_mechanism(mechanism: str) -> None:
    with SmtpServer(user="soporte", password="contraseña €", mechanisms=(mechanism,)) as server:
        with sending(server, login=password("contraseña €")) as sender:
            sender.send(letter())

        assert len(server.taken) == 1


def test_a_wrong_password_is_refused_with_a_cure_and_without_the_password() -> None:
    with SmtpServer(user="soporte") as server, sending(server, login=password("wrong-one")) as sender:
        with pytest.raises(LoginRefused, match="535") as refusal:
            sender.send(letter())

        assert "user and password" in refusal.value.cure
        assert "wrong-one" not in f"{refusal.value}"
        assert server.taken == []


def test_a_server_that_wants_a_login_and_gets_none_says_what_to_set() -> None:
    with SmtpServer(user="soporte") as server, sending(server) as sender:
        with pytest.raises(LoginRefused, match="530") as refusal:
            sender.send(letter())

        assert "smtp.user" in refusal.value.cure


def test_a_server_that_offers_no_login_gets_the_mail_without_the_password(server: SmtpServer) -> None:
    with Proxy(server.port) as proxy, sending(server, login=password("pw"), port=proxy.port) as sender:
        sender.send(letter())

        assert len(server.taken) == 1
        assert b"AUTH" not in b"".join(proxy.lines)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_is_handed_over_encrypted(tmp_path: Path, security: str) -> None:
    certificate = make_certificate(tmp_path)
    implicit = security == "tls"
    with (
        SmtpServer(user="soporte", certificate=certificate, implicit_tls=implicit) as server,
        Proxy(server.port) as proxy,
    ):
        with sending(
            server, login=password("pw"), port=proxy.port, security=security, ca_file=certificate.ca
        ) as sender:
            sender.send(letter())

        assert len(server.taken) == 1
        assert b"AUTH" not in b"".join(proxy.lines)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_expired_certificate_is_told_with_its_date(tmp_path: Path, security: str) -> None:
    certificate = make_certificate(tmp_path, expired=True)
    with (
        SmtpServer(certificate=certificate, implicit_tls=security == "tls") as server,
        sending(server, security=security, ca_file=certificate.ca) as sender,
        pytest.raises(LoginRefused, match="expired on 2020-02-01"),
    ):
        sender.send(letter())


def test_a_server_that_hides_starttls_gets_neither_password_nor_mail(server: SmtpServer, tmp_path: Path) -> None:
    with (
        sending(server, login=password("pw"), security="starttls") as sender,
        pytest.raises(LoginRefused, match="STARTTLS"),
    ):
        sender.send(letter())

    assert server.taken == []


def test_a_token_logs_in_and_a_refused_one_is_renewed_once(tmp_path: Path) -> None:
    with OAuthServer("soporte") as authority, SmtpServer(user="soporte", mechanisms=("XOAUTH2",)) as server:
        authority.planned = [(200, {"access_token": make_token("soporte", expires_in=-5), "expires_in": 3600})]
        oauth2 = OAuth2(client_id="client-1", token_url=f"{authority.url}/token", flow="client_credentials")
        tokens = kept_tokens(oauth2, name="soporte", folder=tmp_path)
        with sending(server, login=Login(user="soporte", tokens=tokens)) as sender:
            sender.send(letter())

        assert len(server.taken) == 1
        assert len(authority.asked) == 2


def test_a_token_that_stays_refused_pauses_with_a_cure(tmp_path: Path) -> None:
    with OAuthServer("another") as authority, SmtpServer(user="soporte", mechanisms=("XOAUTH2",)) as server:
        oauth2 = OAuth2(client_id="client-1", token_url=f"{authority.url}/token", flow="client_credentials")
        tokens = kept_tokens(oauth2, name="soporte", folder=tmp_path)
        login = Login(user="soporte", tokens=tokens, again="ventanilla login soporte")
        with sending(server, login=login) as sender, pytest.raises(LoginRefused) as refusal:
            sender.send(letter())

        assert "ventanilla login soporte" in refusal.value.cure
        assert len(authority.asked) == 2


def test_an_address_that_is_not_ascii_goes_where_the_server_can_carry_it(server: SmtpServer) -> None:
    with sending(server) as sender:
        sender.send(letter(recipient="josé@example.net"))

    (taken,) = server.taken
    assert taken.recipients == ("josé@example.net",)
    assert "SMTPUTF8" in taken.options
    assert "To: josé@example.net".encode() in taken.raw


def test_an_address_that_is_not_ascii_is_refused_in_plain_words_where_it_cannot() -> None:
    with SmtpServer(utf8=False) as server, sending(server) as sender:
        with pytest.raises(Permanent, match="cannot carry the address josé@example"):
            sender.send(letter(recipient="josé@example.net"))
        sender.send(letter(recipient="ana@señor.example"))

        assert [taken.recipients for taken in server.taken] == [("ana@xn--seor-hqa.example",)]


def test_a_mail_too_large_for_the_server_is_not_even_begun() -> None:
    with SmtpServer(size=2000) as server, sending(server) as sender:
        with pytest.raises(Permanent, match="too large"):
            sender.send(letter(text="x" * 3000))

        assert server.taken == []


def test_the_empty_envelope_sender_is_used_where_it_is_asked_for(server: SmtpServer) -> None:
    with sending(server) as sender:
        sender.send(letter(headers={"Return-Path": "<>"}))

    assert server.taken[0].sender == ""


def test_closing_twice_or_without_a_connection_does_no_harm(server: SmtpServer) -> None:
    with sending(server) as sender:
        sender.close()
        sender.send(letter())
        sender.close()
    sender.close()


# Copies.


COPIES = ("madre@example.net", "gestor@example.org")


def test_copies_go_out_in_the_same_mail_for_all_to_see(server: SmtpServer) -> None:
    with sending(server) as sender:
        sent = sender.send(letter(cc=COPIES))

    (taken,) = server.taken
    assert taken.recipients == ("customer@example.net", *COPIES)
    assert b"Cc: madre@example.net,\r\n gestor@example.org\r\n" in taken.raw
    assert sent.remark == ""


def test_a_refused_copy_is_told_and_the_others_have_it(server: SmtpServer) -> None:
    server.answers[f"RCPT {COPIES[0]}"] = "550 5.1.1 No such user"
    with sending(server) as sender:
        sent = sender.send(letter(cc=COPIES))

    (taken,) = server.taken
    assert taken.recipients == ("customer@example.net", COPIES[1])
    assert sent.remark == "the others have it; not taken for madre@example.net: 550 5.1.1 No such user"


def test_a_refused_recipient_is_refused_though_a_copy_were_taken_and_the_next_mail_goes_out(server: SmtpServer) -> None:
    server.answers["RCPT customer@example.net"] = "550 5.1.1 No such user"
    with sending(server) as sender:
        with pytest.raises(Permanent, match=r"customer@example\.net: 550 5\.1\.1 No such user"):
            sender.send(letter(cc=COPIES))
        assert server.taken == []
        server.answers.clear()
        sender.send(letter(id=8, cc=COPIES))

    (taken,) = server.taken
    assert len(taken.recipients) == 3


def test_a_copy_that_is_refused_for_now_is_waited_for_a_few_minutes_and_no_longer(server: SmtpServer) -> None:
    server.answers[f"RCPT {COPIES[0]}"] = "450 4.2.0 Greylisted"
    now = datetime.now(UTC)
    with sending(server) as sender:
        with pytest.raises(Temporary, match=r"the copy to madre@example\.net now: 450"):
            sender.send(letter(cc=COPIES, tried_at=now))
        assert server.taken == []
        sent = sender.send(letter(cc=COPIES, tried_at=now - timedelta(minutes=6)))

    assert "madre@example.net: 450 4.2.0 Greylisted" in sent.remark
    assert server.taken[0].recipients == ("customer@example.net", COPIES[1])


def test_a_connection_that_ends_at_a_copy_sends_to_nobody(server: SmtpServer) -> None:
    server.answers[f"RCPT {COPIES[1]}"] = HANG_UP
    with sending(server) as sender, pytest.raises(Temporary) as refusal:
        sender.send(letter(cc=COPIES))

    assert not isinstance(refusal.value, Ambiguous)
    assert server.taken == []


def test_files_that_are_too_large_for_the_server_are_refused_with_the_cure() -> None:
    file = Attachment(filename="plano.pdf", content_type="application/pdf", content=b"x" * 20_000)
    with SmtpServer(size=10_000) as server, sending(server) as sender:
        with pytest.raises(Permanent, match=r"too large for 127\.0\.0\.1: 2\d,\d{3} bytes, at most 10,000") as refusal:
            sender.send(letter(attachments=(file,)))
        assert "smaller files" in refusal.value.cure
        assert server.taken == []
