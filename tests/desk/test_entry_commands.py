"""`desk invite` and who is in, as commands; and when `up` serves the desk."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from cli.desk import is_needed, is_wanted
from cli.desk_invite import desk_url
from config.load import load_config
from config.service import WebSettings
from desk.entry.door import network_of
from tests.cli.conftest import Ask, Read, ask, read, town  # noqa: F401
from tests.cli.town import Town
from ventanilla.errors import ConfigError
from ventanilla.keys import new_key
from ventanilla.store.api_tokens import make_token
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.looks import Look, add_look
from ventanilla.store.sessions import begin_session
from ventanilla.store.throttles import Brake, clear, give_back, take_try
from ventanilla.words import EntryWay, LookedAt


def test_an_invitation_is_a_link_to_the_welcome_page(town: Town, ask: Ask, read: Read) -> None:  # noqa: F811
    told = ask(town, "desk", "invite", "ana")

    assert re.fullmatch(r"http://127\.0\.0\.1:8080/welcome/[\w-]{32}", told["link"])
    assert told["agent"] == "ana"
    assert told["notes"][0].partition(",")[0] == "no service runs on this data folder"
    said = read(town, "desk", "invite", "ana")
    assert "good once and until" in said
    assert "note: the file has no service.public_url" in said
    assert 'agent "anna"; did you mean "ana"' in read(town, "desk", "invite", "anna", code=2).replace("\n", " ")


def test_who_is_in_is_shown_and_put_out(town: Town, ask: Ask, read: Read) -> None:  # noqa: F811
    assert read(town, "desk", "sessions") == "nobody is logged in\n"
    journal = Journal(now=_now(), actor="ana")
    with town.store.write() as connection:
        begin_session(connection, "ana", EntryWay.OIDC, browser="Firefox", journal=journal)
        _, token = make_token(
            connection, "ana", name="Caja", scopes=["read"], expires_at=None, made_by="ana", journal=journal
        )
    (session,) = ask(town, "desk", "sessions")
    assert (session["agent"], session["way"], session["browser"]) == ("ana", "oidc", "Firefox")
    assert ask(town, "desk", "sessions", "--end", "ana") == {"agent": "ana", "ended": 1}
    assert ask(town, "desk", "sessions") == []

    (listed,) = ask(town, "desk", "tokens", "--agent", "ana")
    assert (listed["name"], listed["scopes"], token in str(listed)) == ("Caja", ["read"], False)
    assert "Caja" in read(town, "desk", "tokens")
    assert ask(town, "desk", "tokens", "--revoke", str(listed["id"])) == {"revoked": listed["id"]}
    assert "no token 1 is good" in read(town, "desk", "tokens", "--revoke", "1", code=2)
    assert ask(town, "desk", "unlink", "ana") == {"agent": "ana", "unlinked": False, "ended": 0}


def test_the_trail_says_who_looked_at_what(town: Town, ask: Ask, read: Read) -> None:  # noqa: F811
    with town.store.write() as connection:
        for number in range(3):
            look = Look(agent="ana" if number else "luis", what=LookedAt.REPORT, detail={"report": f"r{number}"})
            add_look(connection, look, now=_now())

    told = ask(town, "desk", "trail", "--agent", "ana", "--limit", "1")
    assert [(row["agent"], row["what"], row["detail"]) for row in told] == [("ana", "report", {"report": "r2"})]
    (older,) = ask(town, "desk", "trail", "--agent", "ana", "--after", str(told[0]["id"]))
    assert older["detail"] == {"report": "r1"}
    assert "report r0" in read(town, "desk", "trail")
    assert "there is no case" in read(town, "desk", "trail", "--case", new_key(), code=2)


def test_up_serves_the_desk_once_somebody_was_invited(town: Town, ask: Ask, tmp_path: Path) -> None:  # noqa: F811
    config = load_config(tmp_path / "ventanilla.toml").config
    assert (is_needed(config), is_wanted(config)) == (False, False)
    ask(town, "desk", "invite", "ana")
    assert is_wanted(config)
    off = config.model_copy(update={"web": WebSettings(desk=False)})
    assert not is_wanted(off)


@pytest.mark.parametrize(
    ("service", "web", "problem"),
    [
        ("", "passwords = false", "web.passwords"),
        ("", 'session_idle = "9d"', "web.session_idle"),
        ("", "password_min = 4", "web.password_min"),
        (
            'public_url = "https://d.example"',
            '[web.oidc]\nissuer = "http://l.example"\nclient_id = "v"',
            "web.oidc.issuer",
        ),
        ("", '[web.oidc]\nissuer = "https://l.example"\nclient_id = "v"', "service.public_url"),
        (
            'public_url = "https://d.example"',
            '[web.oidc]\nissuer = "https://l.example"\nclient_id = "v"\nscopes = ["email"]',
            "web.oidc.scopes",
        ),
    ],
)
def test_a_file_by_which_nobody_could_come_in_safely_is_refused(
    tmp_path: Path, service: str, web: str, problem: str
) -> None:
    path = tmp_path / "ventanilla.toml"
    path.write_text(f'[service]\nname = "x"\n{service}\n[web]\n{web}\n')
    with pytest.raises(ConfigError, match=re.escape(problem)):
        load_config(path)


@pytest.mark.parametrize(
    ("listen", "url"), [("[::1]:8080", "http://[::1]:8080"), ("desk.local:80", "http://desk.local:80")]
)
def test_without_a_public_address_the_link_names_where_we_listen(tmp_path: Path, listen: str, url: str) -> None:
    path = tmp_path / "ventanilla.toml"
    path.write_text(f'[service]\nname = "x"\n[web]\nlisten = "{listen}"\n')

    assert desk_url(load_config(path).config) == url


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("198.51.100.7", "203.0.113.1", "198.51.100.7"),  # no proxy of ours: what it says is not believed
        ("127.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("127.0.0.1", "10.9.9.9, 203.0.113.1, 10.0.0.5", "203.0.113.1"),  # the nearest that is no proxy of ours
        ("::ffff:127.0.0.1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("testclient", "203.0.113.1", "unknown"),
    ],
)
def test_from_where_somebody_calls(peer: str, forwarded: str, network: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    request = Request({"type": "http", "headers": headers, "client": (peer, 1)})
    web = WebSettings(proxies=("127.0.0.0/8", "::1/128", "10.0.0.0/24"))

    assert network_of(SimpleNamespace(config=SimpleNamespace(web=web)), request) == network  # type: ignore[arg-type]


def test_pauses_grow_to_their_longest_and_are_forgotten(store: Store) -> None:
    brake = Brake(free=2, first=timedelta(seconds=5), longest=timedelta(seconds=20), forgotten=timedelta(hours=1))
    now, pauses = _now(), []
    for _ in range(7):
        pause = _try(store, brake, now)
        pauses.append(pause.total_seconds())
        now += pause

    assert pauses == [0, 0, 5, 0, 10, 0, 20]  # each try that was let through is followed by one that is told to wait
    assert _try(store, brake, now) == timedelta(0)
    assert _try(store, brake, now) == timedelta(seconds=20)
    with store.write() as connection:
        give_back(connection, ["account:a"])
    assert _try(store, brake, now) == timedelta(0)
    later = now + timedelta(hours=1, seconds=1)
    assert [_try(store, brake, later) for _ in range(2)] == [timedelta(0)] * 2
    with store.write() as connection:
        clear(connection, ["account:a"])
    assert [_try(store, brake, later) for _ in range(2)] == [timedelta(0)] * 2


def _try(store: Store, brake: Brake, now: datetime) -> timedelta:
    with store.write() as connection:
        return take_try(connection, [("account:a", brake)], now=now).pause


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
