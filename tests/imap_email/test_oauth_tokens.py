"""Tokens: asked for, renewed, kept, and never told to anybody else; against a real token server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.email import OAuth2
from config.secrets import Secret
from connectors.imap_email.login import kept_tokens, log_in
from tests.servers.oauth import OAuthServer
from ventanilla.errors import LoginRefused, Temporary


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    """A token server for the mailbox `soporte`."""
    with OAuthServer("soporte") as started:
        yield started


def settings(server: OAuthServer, **options: object) -> OAuth2:
    """The channel's oauth2 table."""
    values: dict[str, Any] = {
        "client_id": "client-1",
        "token_url": f"{server.url}/token",
        "device_url": f"{server.url}/device",
        "scopes": ("mail", "offline_access"),
    }
    return OAuth2(**(values | options))


def logged_in(server: OAuthServer, folder: Path) -> None:
    """Somebody has consented."""
    server.approved = True
    for _ in log_in(settings(server), name="soporte", folder=folder, sleep=lambda _: None):
        pass


def test_client_credentials_bring_a_token_that_is_kept_until_it_is_old(server: OAuthServer, tmp_path: Path) -> None:
    server.secret = "s3cret"
    oauth2 = settings(server, flow="client_credentials", client_secret=Secret(literal="s3cret"))

    first = kept_tokens(oauth2, name="soporte", folder=tmp_path).current()
    again = kept_tokens(oauth2, name="soporte", folder=tmp_path).current()

    assert first == again
    assert [asked["grant_type"] for asked in server.asked] == ["client_credentials"]
    assert server.asked[0]["scope"] == "mail offline_access"


def test_an_old_token_is_renewed_by_the_refresh_token_which_rotates(server: OAuthServer, tmp_path: Path) -> None:
    server.lifetime = 0.0
    logged_in(server, tmp_path)
    server.lifetime = 3600
    tokens = kept_tokens(settings(server), name="soporte", folder=tmp_path)

    renewed = tokens.current()

    assert server.asked[-1]["refresh_token"] == "refresh-1"
    assert json.loads((tmp_path / "soporte.json").read_text())["refresh_token"] == "refresh-2"
    assert tokens.renewed(renewed) != renewed
    assert server.asked[-1]["refresh_token"] == "refresh-2"


def test_a_server_that_does_not_rotate_keeps_its_refresh_token_good(server: OAuthServer, tmp_path: Path) -> None:
    logged_in(server, tmp_path)
    server.rotates = False
    tokens = kept_tokens(settings(server), name="soporte", folder=tmp_path)

    for _ in range(2):
        tokens.renewed(tokens.current())

    assert [asked["refresh_token"] for asked in server.asked if "refresh_token" in asked] == ["refresh-1"] * 2


def test_a_token_is_renewed_before_it_expires(server: OAuthServer, tmp_path: Path) -> None:
    now = 1_000_000.0
    oauth2 = settings(server, flow="client_credentials")
    tokens = kept_tokens(oauth2, name="soporte", folder=tmp_path)
    tokens._clock = lambda: now
    first = tokens.current()

    now += 3600 - 301
    assert tokens.current() == first
    now += 2
    assert tokens.current() != first


def test_a_refused_token_is_renewed_once_for_all_who_had_it(server: OAuthServer, tmp_path: Path) -> None:
    logged_in(server, tmp_path)
    one, other = (kept_tokens(settings(server), name="soporte", folder=tmp_path) for _ in range(2))
    refused = one.current()

    assert one.renewed(refused) == other.renewed(refused)
    assert sum("refresh_token" in asked for asked in server.asked) == 1


def test_two_processes_do_not_refresh_over_each_other(server: OAuthServer, tmp_path: Path) -> None:
    server.lifetime = 0.0
    logged_in(server, tmp_path)
    server.lifetime = 3600
    program = (
        "import sys; from pathlib import Path; from config.email import OAuth2;"
        "from connectors.imap_email.login import kept_tokens;"
        "url, folder = sys.argv[1:];"
        "oauth2 = OAuth2(client_id='client-1', token_url=url);"
        "sys.stdin.readline();"
        "print(kept_tokens(oauth2, name='soporte', folder=Path(folder)).current())"
    )
    command = [sys.executable, "-c", program, f"{server.url}/token", str(tmp_path)]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = [child.communicate("go\n", timeout=60)[0] for child in children]

    assert len(set(outputs)) == 1
    assert outputs[0].count(".") == 2
    assert sum("refresh_token" in asked for asked in server.asked) == 1


def test_threads_do_not_refresh_over_each_other(server: OAuthServer, tmp_path: Path) -> None:
    server.lifetime = 0.0
    logged_in(server, tmp_path)
    server.lifetime = 3600
    got: list[str] = []

    def take() -> None:
        got.append(kept_tokens(settings(server), name="soporte", folder=tmp_path).current())

    threads = [threading.Thread(target=take) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 5
    assert len(set(got)) == 1


def test_the_tokens_are_readable_by_us_alone(server: OAuthServer, tmp_path: Path) -> None:
    folder = tmp_path / "tokens"
    folder.mkdir(mode=0o700)
    (folder / "soporte.part").write_text("left by a crash, readable by all")
    (folder / "soporte.part").chmod(0o666)
    before = os.umask(0)
    try:
        logged_in(server, folder)
    finally:
        os.umask(before)

    assert (folder / "soporte.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir() if path.suffix == ".part"] == []


def test_the_folder_is_made_for_us_alone(server: OAuthServer, tmp_path: Path) -> None:
    logged_in(server, tmp_path / "tokens")

    assert (tmp_path / "tokens").stat().st_mode & 0o077 == 0


def test_a_channel_that_nobody_logged_in_says_which_command_does(server: OAuthServer, tmp_path: Path) -> None:
    with pytest.raises(LoginRefused) as refusal:
        kept_tokens(settings(server), name="soporte", folder=tmp_path).current()

    assert refusal.value.cure == "run `ventanilla login soporte`"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"access_token": 1}', "\xff"])
def test_a_spoilt_file_is_as_good_as_none(server: OAuthServer, tmp_path: Path, content: str) -> None:
    (tmp_path / "soporte.json").write_text(content, encoding="latin-1")

    with pytest.raises(LoginRefused) as refusal:
        kept_tokens(settings(server), name="soporte", folder=tmp_path).current()

    assert "ventanilla login soporte" in refusal.value.cure


def test_a_consent_that_was_taken_back_asks_for_a_new_login_and_keeps_what_there_was(
    server: OAuthServer, tmp_path: Path
) -> None:
    logged_in(server, tmp_path)
    kept = (tmp_path / "soporte.json").read_text()
    server.refresh_token = None
    tokens = kept_tokens(settings(server), name="soporte", folder=tmp_path)

    with pytest.raises(LoginRefused, match="invalid_grant") as refusal:
        tokens.renewed(tokens.current())

    assert refusal.value.cure == "run `ventanilla login soporte`"
    assert (tmp_path / "soporte.json").read_text() == kept


def test_a_refresh_token_is_not_told_to_another_server_than_the_one_that_gave_it(
    server: OAuthServer, tmp_path: Path
) -> None:
    logged_in(server, tmp_path)
    with OAuthServer("soporte") as other:
        tokens = kept_tokens(settings(other), name="soporte", folder=tmp_path)

        with pytest.raises(LoginRefused):
            tokens.current()

        assert other.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: OAuthServer, tmp_path: Path, status: int) -> None:
    with OAuthServer("soporte") as other:
        server.planned = [(status, {})]
        server.headers = {"Location": f"{other.url}/token"}
        oauth2 = settings(server, flow="client_credentials", client_secret=Secret(literal="s3cret"))

        with pytest.raises(LoginRefused, match="redirects"):
            kept_tokens(oauth2, name="soporte", folder=tmp_path).current()

        assert other.asked == []


def test_secrets_are_sent_over_tls_only(tmp_path: Path) -> None:
    oauth2 = OAuth2(client_id="client-1", token_url="http://login.example.com/token", flow="client_credentials")

    with pytest.raises(LoginRefused, match="not https"):
        kept_tokens(oauth2, name="soporte", folder=tmp_path).current()


def test_missing_settings_are_named(server: OAuthServer, tmp_path: Path) -> None:
    with pytest.raises(LoginRefused, match=r"oauth2\.token_url"):
        kept_tokens(OAuth2(client_id="client-1"), name="soporte", folder=tmp_path).current()
    with pytest.raises(LoginRefused, match=r"oauth2\.device_url"):
        list(log_in(settings(server, device_url=None), name="soporte", folder=tmp_path))


@pytest.mark.parametrize(
    ("error", "description", "cure"),
    [
        ("invalid_client", "AADSTS7000222: The provided client secret keys are expired.", "has expired"),
        ("invalid_client", "AADSTS7000215: Invalid client secret provided.", "not its id"),
        ("invalid_client", "no such client", "client_id and client_secret"),
        ("invalid_scope", "unknown", "scopes"),
        ("unauthorized_client", "not allowed", "flow"),
        ("invalid_grant", "AADSTS65001: has not consented", "consent"),
        ("invalid_grant", "AADSTS700082: expired due to inactivity", "ventanilla login soporte"),
        ("something_new", "", "ventanilla login soporte"),
    ],
)
def test_refusals_are_told_with_their_cure(
    server: OAuthServer, tmp_path: Path, error: str, description: str, cure: str
) -> None:
    server.planned = [(400, {"error": error, "error_description": description})]

    with pytest.raises(LoginRefused, match=error) as refusal:
        kept_tokens(settings(server, flow="client_credentials"), name="soporte", folder=tmp_path).current()

    assert cure in refusal.value.cure


@pytest.mark.parametrize(("status", "wait"), [(500, None), (503, None), (429, 17.0)])
def test_a_busy_token_server_is_temporary(server: OAuthServer, tmp_path: Path, status: int, wait: float | None) -> None:
    server.planned = [(status, {"error": "temporarily_unavailable"})]
    server.headers = {"Retry-After": "17"} if wait else {}

    with pytest.raises(Temporary) as trouble:
        kept_tokens(settings(server, flow="client_credentials"), name="soporte", folder=tmp_path).current()

    assert trouble.value.retry_after == wait


def test_a_token_server_that_is_gone_is_temporary(server: OAuthServer, tmp_path: Path) -> None:
    oauth2 = settings(server, flow="client_credentials")
    server.stop()

    with pytest.raises(Temporary, match="could not be asked"):
        kept_tokens(oauth2, name="soporte", folder=tmp_path).current()


@pytest.mark.parametrize("answer", [{}, {"access_token": ""}, {"access_token": 7}])
def test_an_answer_without_a_token_is_temporary(server: OAuthServer, tmp_path: Path, answer: dict[str, object]) -> None:
    server.planned = [(200, answer)]

    with pytest.raises(Temporary, match="without a token"):
        kept_tokens(settings(server, flow="client_credentials"), name="soporte", folder=tmp_path).current()


def test_nothing_secret_is_shown_by_what_holds_it(server: OAuthServer, tmp_path: Path) -> None:
    logged_in(server, tmp_path)
    tokens = kept_tokens(settings(server), name="soporte", folder=tmp_path)

    shown = repr(tokens._read()) + repr(tokens)

    assert tokens.current() not in shown
    assert "refresh-1" not in shown


def test_a_disk_that_cannot_be_written_is_found_before_the_refresh_token_is_spent(
    server: OAuthServer, tmp_path: Path
) -> None:
    logged_in(server, tmp_path)
    (tmp_path / "soporte.part").mkdir()
    tokens = kept_tokens(settings(server), name="soporte", folder=tmp_path)

    with pytest.raises(Temporary, match="cannot be written"):
        tokens.renewed(tokens.current())

    assert not any("refresh_token" in asked for asked in server.asked)
