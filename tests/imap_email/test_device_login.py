"""The login of a person on a machine without a browser (RFC 8628), against a real token server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.imap_email.login import kept_tokens, log_in
from connectors.imap_email.oauth import Prompt
from tests.imap_email.test_oauth_tokens import settings
from tests.servers.oauth import DEVICE, Answer, OAuthServer
from ventanilla.errors import LoginRefused

PENDING: Answer = (400, {"error": "authorization_pending"})
SLOW_DOWN: Answer = (400, {"error": "slow_down"})


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    """A token server for the mailbox `soporte`."""
    with OAuthServer("soporte") as started:
        yield started


class Person:
    """Types the code after so many looks of ours; time passes only while we sleep."""

    def __init__(self, server: OAuthServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.slept: list[float] = []
        self.prompts: list[Prompt] = []

    def log_in(self, *answers: Answer) -> None:
        """Log in; the token server gives these answers first, then the token."""
        login = log_in(
            settings(self.server),
            name="soporte",
            folder=self.folder,
            sleep=self.slept.append,
            clock=lambda: sum(self.slept),
        )
        self.prompts.append(next(login))
        self.server.planned = list(answers)
        self.server.approved = True
        self.prompts += login


@pytest.fixture
def person(server: OAuthServer, tmp_path: Path) -> Person:
    """Somebody with a browser elsewhere."""
    return Person(server, tmp_path)


def test_the_address_and_the_code_are_shown_and_the_token_is_kept(person: Person, server: OAuthServer) -> None:
    person.log_in(PENDING, PENDING)

    (prompt,) = person.prompts
    assert (prompt.address, prompt.code) == (f"{server.url}/type-it-here", "ABCD-EFGH")
    assert kept_tokens(settings(server), name="soporte", folder=person.folder).current()
    assert person.slept == [5, 5, 5]
    assert [asked["grant_type"] for asked in server.asked[1:]] == [DEVICE] * 3


def test_slow_down_makes_every_later_look_slower(person: Person) -> None:
    person.log_in(PENDING, SLOW_DOWN, PENDING, SLOW_DOWN)

    assert person.slept == [5, 5, 10, 10, 15]


def test_a_token_server_out_of_reach_for_a_moment_is_asked_again_later(person: Person) -> None:
    person.log_in((503, {}), (503, {}))

    assert person.slept == [5, 10, 20]


def test_a_code_that_nobody_typed_in_time_is_told(person: Person) -> None:
    with pytest.raises(LoginRefused, match="not typed in time"):
        person.log_in(*[PENDING] * 500)

    assert sum(person.slept) == 600


def test_a_code_that_the_server_calls_expired_is_told(person: Person) -> None:
    with pytest.raises(LoginRefused, match="not typed in time") as refusal:
        person.log_in(PENDING, (400, {"error": "expired_token"}))

    assert "ventanilla login soporte" in refusal.value.cure


def test_a_no_in_the_browser_is_told(person: Person) -> None:
    with pytest.raises(LoginRefused, match="refused in the browser"):
        person.log_in((400, {"error": "access_denied"}))

    assert not (person.folder / "soporte.json").exists()


def test_a_wrong_client_is_told_at_once(person: Person, server: OAuthServer) -> None:
    server.client_id = "another"

    with pytest.raises(LoginRefused, match="invalid_client"):
        person.log_in()

    assert person.slept == []


def test_google_calls_the_address_by_another_name(person: Person, server: OAuthServer) -> None:
    answer = {"device_code": "d", "user_code": "GQVQ-JKEC", "verification_url": "https://example.com/device"}
    server.planned = [(200, answer)]

    person.log_in((428, {"error": "authorization_pending"}))

    (prompt,) = person.prompts
    assert prompt.address == "https://example.com/device"
    assert prompt.interval == 5


def test_logging_in_again_replaces_what_was_kept(person: Person, server: OAuthServer) -> None:
    person.log_in()
    first = kept_tokens(settings(server), name="soporte", folder=person.folder).current()
    person.log_in()

    assert kept_tokens(settings(server), name="soporte", folder=person.folder).current() != first


def test_with_client_credentials_there_is_nothing_to_show(server: OAuthServer, tmp_path: Path) -> None:
    oauth2 = settings(server, flow="client_credentials")

    assert list(log_in(oauth2, name="soporte", folder=tmp_path)) == []
    assert kept_tokens(oauth2, name="soporte", folder=tmp_path).current()
    assert len(server.asked) == 1


def test_a_channels_name_is_no_path(server: OAuthServer, tmp_path: Path) -> None:
    oauth2 = settings(server, flow="client_credentials")

    kept_tokens(oauth2, name="../outside", folder=tmp_path / "tokens").current()

    assert [path.name for path in tmp_path.iterdir()] == ["tokens"]
