"""Everything fails, at the most talkative level: no secret and no customer's word stands in what is logged, printed or recorded."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail
from tests.acceptance.mailing import append_raws
from tests.acceptance.service import Service, house
from tests.security.rude_vendor import RudeVendor
from tests.servers.dovecot import Dovecot
from tests.servers.ports import free_port, wait_until
from tests.servers.smtp import SmtpServer

SECRETS = {
    "imap": "Zq7-imap-Password",
    "smtp": "Zq7-smtp-Password",
    "oauth2": "Zq7-oauth2-Secret",
    "bot": "7000001:Zq7botTokenOfCustomersAAAAAAAAAAAAA",
    "staffbot": "7000002:Zq7botTokenOfStaffAAAAAAAAAAAAAAAAA",
    "twilio": "Zq7twilioAuthToken",
    "hook": "whsec_Zq7h" + "A" * 40,
    "oidc": "Zq7-oidc-Secret",
    "metrics": "Zq7-metrics-Token-of-some-length",
}
MARK = "Zq7"
WORDS = ("xilofonoverde", "berenjenaazul")
ALL_TALK = ("env", "VENTANILLA_LOG_LEVEL=debug", "VENTANILLA_LOG=json")
ASKED = (
    ("check", "--connect"),
    ("doctor",),
    ("status",),
    ("inbox",),
    ("outbox",),
    ("conversations",),
    ("webhooks",),
    ("audit",),
)


@pytest.fixture
def vendor() -> Iterator[RudeVendor]:
    with RudeVendor() as server:
        yield server


def where(name: str) -> dict[str, str]:
    return {"file": f"secrets/{name}"}


def house_of_trouble(dovecot: Dovecot, smtp: SmtpServer, vendor: RudeVendor) -> dict[str, Any]:
    """One mailbox that works; whatever else it has is refused, away, or answered with what it said."""
    settings = house(dovecot, smtp)
    works = settings["channels"]["soporte"]
    refused = {
        **works,
        "address": "otra@example.com",
        "imap": {**works["imap"], "user": "otra", "password": where("imap")},
        "smtp": {**works["smtp"], "user": "otra", "password": where("smtp")},
    }
    by_token = {
        **works,
        "address": "token@example.com",
        "imap": {name: value for name, value in works["imap"].items() if name != "password"} | {"user": "token"},
        "oauth2": {
            "client_id": "c",
            "client_secret": where("oauth2"),
            "flow": "client_credentials",
            "token_url": f"{vendor.url}/token",
            "scopes": ["x"],
        },
    }
    chat = {"kind": "telegram", "mode": "live", "team": "atencion", "token": where("bot"), "api_url": vendor.url}
    phone = {
        "kind": "twilio",
        "mode": "live",
        "team": "atencion",
        "account_sid": "AC" + "1" * 32,
        "auth_token": where("twilio"),
        "numbers": ["+34910000000"],
        "api_url": vendor.url,
    }
    settings["channels"] |= {"otra": refused, "token": by_token, "chat": chat, "telefono": phone}
    settings["staff"]["telegram"] = {"token": where("staffbot"), "api_url": vendor.url}
    settings["agents"]["ana"] |= {"telegram": 1001, "notify": ["telegram", "email"]}
    settings["webhooks"] = {"erp": {"url": f"{vendor.url}/hook", "secret": where("hook")}}
    settings["service"]["public_url"] = "https://desk.example.com"
    settings["web"] = {
        "listen": f"127.0.0.1:{free_port()}",
        "metrics": "anyone",
        "metrics_token": where("metrics"),
        "oidc": {"issuer": f"{vendor.url}/realm", "client_id": "c", "client_secret": where("oidc")},
    }
    return settings


def found(text: str, *marks: str) -> list[str]:
    """The lines in which one of these stands."""
    return [line[:400] for line in text.splitlines() if any(mark.lower() in line.lower() for mark in marks)]


def everything_recorded(service: Service) -> str:
    """Every value of every table that is not what customers wrote, a line each."""
    lines = []
    with closing(sqlite3.connect(service.data_dir / "ventanilla.db")) as store:
        names = [row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            for row in store.execute(f'SELECT * FROM "{name}"'):
                lines.append(f"{name}: {' | '.join(str(value) for value in row)}".replace("\n", " "))
    return "\n".join(lines)


@pytest.mark.slow
def test_when_everything_fails_no_secret_is_logged_printed_or_recorded(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer, vendor: RudeVendor
) -> None:
    service = make_service(house_of_trouble(dovecot, smtp, vendor), wrapper=ALL_TALK)
    for name, value in SECRETS.items():
        service.secret(f"secrets/{name}", value)
    service.start()

    # when mail comes in whose people cannot be told as they wish, and a program is called that only fails
    append_raws(
        dovecot, [mail("lucia@clientes.example", f"Hola {WORDS[0]}", text=f"Mi {WORDS[1]} no llega").as_bytes()]
    )
    wait_until(lambda: len(service.json("conversations")) == 1, seconds=60, what="the case")
    wait_until(lambda: vendor.calls > 10, seconds=60, what="the vendor's refusals")
    (case,) = service.json("conversations")
    printed = []
    for asked in (*ASKED, ("explain", case["key"]), ("check",)):
        for form in ((), ("--json",)):
            done = service.run(*form, *asked)
            printed.append(f"$ {' '.join((*form, *asked))}\n{done.stdout}\n{done.stderr}")
    invited = service.json("desk", "invite", "luis")
    service.stop()

    # then nobody reads a secret anywhere
    log = service.log.read_text()
    assert log.count("\n") > 20
    assert found(log, MARK) == []
    assert found("\n".join(printed), MARK) == []
    assert found(everything_recorded(service), MARK) == []

    # and the link that was given to one person stands nowhere either, nor do customers' words in the log
    link = str(invited["link"]).rpartition("/")[2].rpartition("=")[2]
    assert len(link) > 10
    assert found(log, link) + found(everything_recorded(service), link) == []
    assert found(log, *WORDS) == []


@pytest.mark.slow
def test_an_unreachable_store_or_queue_never_shows_its_password(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    settings = house(dovecot, smtp)
    port = free_port()
    settings["store"] = {"url": f"postgresql+psycopg://ventanilla:Zq7storePassword@127.0.0.1:{port}/v"}
    settings["queue"] = {"url": f"redis://user:Zq7queuePassword@127.0.0.1:{port}/0"}
    service = make_service(settings, wrapper=ALL_TALK)

    said = []
    for asked in (*ASKED, ("check",), ("migrate",), ("up", "--for", "1s")):
        for form in ((), ("--json",)):
            done = service.run(*form, *asked)
            said.append(f"$ {' '.join(asked)}\n{done.stdout}\n{done.stderr}")

    assert any("cannot" in one or "reach" in one or "refused" in one for one in said)
    assert found("\n".join(said), MARK) == []


def test_a_secret_file_that_everybody_can_read_is_warned_about(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service = make_service(house(dovecot, smtp))
    secret = service.folder / "secrets" / "soporte"
    secret.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IROTH)

    done = service.run("check")

    assert f"everybody on this machine can read {secret}" in done.stdout + done.stderr
