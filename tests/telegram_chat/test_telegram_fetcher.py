"""Files: bounded, never along a redirect, and the token in no error."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.fetcher import TelegramFetcher
from tests.servers.telegram_api import TelegramApi
from ventanilla.errors import LoginRefused, Permanent, Temporary, VentanillaError


@pytest.fixture
def fetcher(api: BotApi) -> Iterator[TelegramFetcher]:
    """Gets files of at most a thousand bytes."""
    fetcher = TelegramFetcher(api, largest=1000)
    yield fetcher
    fetcher.close()


def test_a_file_comes_whole_under_the_name_that_the_reader_gave_it(
    server: TelegramApi, fetcher: TelegramFetcher
) -> None:
    server.bot.files["documents/F 1.pdf"] = b"%PDF-1.7"
    server.bot.files["voice/F2.oga"] = b"OggS"

    named = fetcher.fetch({"file_id": "F 1", "filename": "factura.pdf", "content_type": "application/pdf"})
    bare = fetcher.fetch({"file_id": "F2"})

    assert (named.filename, named.content_type, named.content) == ("factura.pdf", "application/pdf", b"%PDF-1.7")
    assert (bare.filename, bare.content) == ("F2.oga", b"OggS")


def test_a_file_larger_than_allowed_is_given_up(server: TelegramApi, fetcher: TelegramFetcher) -> None:
    server.bot.files["documents/F1.pdf"] = b"x" * 100_000

    with pytest.raises(Permanent, match="larger than 1,000 bytes"):
        fetcher.fetch({"file_id": "F1"})


@pytest.mark.parametrize("file_id", ["unknown", ""])
def test_a_file_that_telegram_does_not_know_is_gone(fetcher: TelegramFetcher, file_id: str) -> None:
    with pytest.raises(Permanent, match="does not hand the file out"):
        fetcher.fetch({"file_id": file_id})


def test_a_file_that_is_away_for_now_is_tried_again(server: TelegramApi, fetcher: TelegramFetcher) -> None:
    body = {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: wrong file_id or the file is temporarily unavailable",
    }
    server.planned["getFile"] = [(400, body)]

    with pytest.raises(Temporary):
        fetcher.fetch({"file_id": "F1"})


def test_a_redirect_gets_neither_the_token_nor_a_call(server: TelegramApi, fetcher: TelegramFetcher) -> None:
    server.bot.files["documents/F1.pdf"] = b"x"
    with TelegramApi() as elsewhere:
        server.redirect = f"{elsewhere.url}/file/bot{elsewhere.token}/stolen"
        with pytest.raises(Temporary, match="elsewhere"):
            fetcher.fetch({"file_id": "F1"})
        assert elsewhere.downloads == []


@pytest.mark.parametrize("path", ["/var/lib/telegram-bot-api/x.pdf", "documents/../../x"])
def test_a_path_on_the_servers_own_disk_is_not_asked_for(
    server: TelegramApi, fetcher: TelegramFetcher, path: str
) -> None:
    server.planned["getFile"] = [(200, {"ok": True, "result": {"file_id": "F1", "file_path": path}})]

    with pytest.raises(Permanent, match="own disk"):
        fetcher.fetch({"file_id": "F1"})
    assert server.downloads == []


def test_no_error_shows_the_token(server: TelegramApi, fetcher: TelegramFetcher) -> None:
    told: list[VentanillaError] = []
    server.planned["getFile"] = [(200, {"ok": True, "result": {"file_id": "F1", "file_path": "documents/none.pdf"}})]
    with pytest.raises(Temporary) as caught:
        fetcher.fetch({"file_id": "F1"})
    told.append(caught.value)
    server.bot.token = "7000001:AAF-another"
    with pytest.raises(LoginRefused) as refused:
        fetcher.fetch({"file_id": "F1"})
    told.append(refused.value)
    server.stop()
    with pytest.raises(Temporary) as gone:
        fetcher.fetch({"file_id": "F1"})
    told.append(gone.value)

    assert all("AAF" not in f"{error}{error!r}{error.__cause__}" for error in told)


def test_a_download_that_trickles_is_given_up(server: TelegramApi, api: BotApi) -> None:
    server.bot.files["documents/F1.pdf"] = b"x" * 500
    server.trickle = 0.02
    slow = TelegramFetcher(api, seconds=0.2)

    began = time.monotonic()
    with pytest.raises(Temporary, match="takes more than"):
        slow.fetch({"file_id": "F1"})
    assert time.monotonic() - began < 9  # whole it would take ten
