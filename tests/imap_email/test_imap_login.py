"""Logging in: what works, and what an admin is told when it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.secrets import Secret
from config.servers import ImapServer
from connectors.imap_email.connection import Login, open_imap
from tests.imap_email.mailbox import Mailbox, mail
from tests.servers.certificates import make_certificate
from tests.servers.dovecot import Dovecot
from tests.servers.ports import free_port
from tests.servers.proxy import Proxy
from ventanilla.errors import LoginRefused, Temporary

Boxes = Callable[..., Mailbox]


@pytest.fixture
def secure() -> Iterator[Dovecot]:
    """A mail server with TLS."""
    with Dovecot(tls=True).user("soporte") as server:
        yield server


def _refusal(box: Mailbox, **options: object) -> LoginRefused:
    with pytest.raises(LoginRefused) as refusal:
        box.pull(**options)
    assert refusal.value.cure
    return refusal.value


def test_tls_with_a_certificate_of_an_authority_named_in_the_settings(secure: Dovecot, mailbox_on: Boxes) -> None:
    box = mailbox_on(secure)
    box.pull(port=secure.tls_port, security="tls", ca_file=secure.ca_file)
    secure.deliver("soporte", mail("hello"))
    box.pull()

    assert box.subjects() == ["hello"]
    assert ", TLS, session" in secure.log()


def test_starttls_encrypts_before_the_password_is_sent(secure: Dovecot, mailbox_on: Boxes) -> None:
    box = mailbox_on(secure)
    with Proxy(secure.port) as proxy:
        box.pull(port=proxy.port, security="starttls", ca_file=secure.ca_file)

        assert b"STARTTLS" in b"".join(proxy.lines)
        assert b"AUTHENTICATE" not in b"".join(proxy.lines)


def test_a_server_that_hides_starttls_gets_no_password(secure: Dovecot, mailbox_on: Boxes) -> None:
    box = mailbox_on(secure)
    with Proxy(secure.port) as proxy:
        proxy.on_answer = lambda data: data.replace(b" STARTTLS", b" STARTXLS")

        refusal = _refusal(box, port=proxy.port, security="starttls", ca_file=secure.ca_file)

        assert "does not offer STARTTLS" in str(refusal)
        assert b"AUTHENTICATE" not in b"".join(proxy.lines)


@pytest.mark.fault(11)
def test_a_certificate_of_an_unknown_authority_is_refused(secure: Dovecot, mailbox_on: Boxes) -> None:
    refusal = _refusal(mailbox_on(secure), port=secure.tls_port, security="tls")

    assert "nobody trusted here has signed" in str(refusal)
    assert "ca_file" in refusal.cure


@pytest.mark.fault(11)
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_expired_certificate_is_told_with_its_date(secure: Dovecot, security: str, mailbox_on: Boxes) -> None:
    folder = secure.ca_file.parent
    secure.use_certificate(make_certificate(folder, name="expired", expired=True))
    secure.restart()

    port = secure.tls_port if security == "tls" else secure.port
    refusal = _refusal(mailbox_on(secure), port=port, security=security, ca_file=secure.ca_file)

    assert str(refusal) == f"the certificate of 127.0.0.1:{port} expired on 2020-02-01 00:00 UTC"


@pytest.mark.fault(11)
def test_a_certificate_for_another_name_is_refused(secure: Dovecot, mailbox_on: Boxes) -> None:
    secure.use_certificate(make_certificate(secure.ca_file.parent, name="other", host="mail.example.com"))
    secure.restart()

    refusal = _refusal(mailbox_on(secure), port=secure.tls_port, security="tls", ca_file=secure.ca_file)

    assert "is for another name" in str(refusal)
    assert "host name" in refusal.cure


def test_a_ca_file_that_is_none_is_named(secure: Dovecot, tmp_path: Path, mailbox_on: Boxes) -> None:
    for path in (tmp_path / "missing.pem", secure.certificate and secure.certificate.key):
        refusal = _refusal(mailbox_on(secure), port=secure.tls_port, security="tls", ca_file=path)

        assert str(path) in str(refusal)


def test_tls_to_a_port_without_it_is_explained(dovecot: Dovecot, mailbox: Mailbox) -> None:
    refusal = _refusal(mailbox, security="tls")

    assert "does not start with TLS" in str(refusal)
    assert "starttls" in refusal.cure


@pytest.mark.fault(11)
def test_a_wrong_password_is_told_and_a_corrected_one_works_without_a_restart(
    dovecot: Dovecot, mailbox: Mailbox, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong\n")
    server = ImapServer(host=dovecot.host, port=dovecot.port, security="none")
    login = Login(user="soporte", password=Secret(file=secret))

    with pytest.raises(LoginRefused, match="Authentication failed") as refusal:
        open_imap(server, login)
    secret.write_text("pw\n")
    client = open_imap(server, login)
    client.logout()

    assert "password" in refusal.value.cure
    assert "wrong" not in str(refusal.value)


@pytest.mark.parametrize("password", ["contraseña ñ €", 'quo"te \\ back', "per%cent (paren) {9}", " spaces "])
def test_any_password_can_be_sent(dovecot: Dovecot, password: str, mailbox_on: Boxes) -> None:
    dovecot.user("otro", password)

    box = mailbox_on(dovecot, user="otro")
    box.pull(password=password)


def test_a_server_that_knows_only_the_login_mechanism_is_spoken_to_in_it(mailbox_on: Boxes) -> None:
    with Dovecot(mechanisms="login").user("soporte", "contraseña ñ") as server:
        mailbox_on(server).pull(password="contraseña ñ")

        assert "method=LOGIN" in server.log()


@pytest.mark.parametrize("user", ["with space", "paren(thesis)"])
def test_a_server_without_mechanisms_is_logged_in_to_with_the_user_quoted(
    dovecot: Dovecot, mailbox_on: Boxes, user: str
) -> None:
    dovecot.user(user, 'p w"\\')
    with Proxy(dovecot.port) as proxy:
        proxy.on_answer = lambda data: data.replace(b" AUTH=", b" HTUA=")
        mailbox_on(dovecot, user=user).pull(port=proxy.port, password='p w"\\')

        assert any(b" LOGIN " in line for line in proxy.lines)


def test_a_password_that_a_server_cannot_take_is_explained(dovecot: Dovecot, mailbox: Mailbox) -> None:
    with Proxy(dovecot.port) as proxy:
        proxy.on_answer = lambda data: data.replace(b" AUTH=", b" HTUA=")

        refusal = _refusal(mailbox, port=proxy.port, password="contraseña")

    assert "only ASCII" in str(refusal)
    assert "contraseña" not in str(refusal)


def test_a_missing_password_file_is_named(dovecot: Dovecot, tmp_path: Path) -> None:
    login = Login(user="soporte", password=Secret(file=tmp_path / "missing"))

    with pytest.raises(LoginRefused, match="missing"):
        open_imap(ImapServer(host=dovecot.host, port=dovecot.port, security="none"), login)


def test_a_missing_folder_is_named_with_those_there_are(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.append("soporte", mail("x"), "Años")

    refusal = _refusal(mailbox, folder="Anos")

    assert '"Anos"' in str(refusal)
    assert '"Años"' in str(refusal)
    assert '"INBOX"' in str(refusal)


def test_nobody_listening_is_temporary(mailbox: Mailbox) -> None:
    with pytest.raises(Temporary, match="nobody listens"):
        mailbox.pull(port=free_port())


def test_a_host_without_an_address_is_temporary(mailbox: Mailbox) -> None:
    with pytest.raises(Temporary, match=r"no-such-host\.invalid cannot be resolved"):
        mailbox.pull(host="no-such-host.invalid", security="tls")


def test_a_server_that_never_greets_is_temporary(mailbox: Mailbox, dovecot: Dovecot) -> None:
    with Proxy(dovecot.port) as proxy:
        proxy.freeze()

        with pytest.raises(Temporary, match="did not answer in time"):
            mailbox.pull(port=proxy.port, answer_seconds=0.3)


def test_a_busy_server_is_temporary(mailbox: Mailbox, dovecot: Dovecot) -> None:
    def busy(line: bytes) -> bytes | None:
        return line.split()[0] + b" NO [UNAVAILABLE] Try later\r\n" if b"AUTHENTICATE" in line else None

    with Proxy(dovecot.port, on_line=busy) as proxy, pytest.raises(Temporary, match="Try later"):
        mailbox.pull(port=proxy.port)


def test_a_server_that_hangs_up_during_the_login_is_temporary(mailbox: Mailbox, dovecot: Dovecot) -> None:
    with Proxy(dovecot.port) as proxy:
        proxy.on_line = lambda line: proxy.cut() if b"AUTHENTICATE" in line else None

        with pytest.raises(Temporary):
            mailbox.pull(port=proxy.port)


def test_plain_text_off_this_machine_is_refused_even_where_the_settings_were_not_checked() -> None:
    server = ImapServer.model_construct(host="imap.example.com", port=143, security="none")

    with pytest.raises(LoginRefused, match="only for this machine"):
        open_imap(server, Login(user="soporte", password=Secret(literal="pw")))


def test_the_clock_of_the_test_server_is_ours(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    dovecot.deliver("soporte", mail("hello"))
    mailbox.pull()

    (item,) = mailbox.ledger.new
    assert abs((item.received_at - datetime.now(UTC)).total_seconds()) < 5
    assert item.received_at.tzinfo is UTC
