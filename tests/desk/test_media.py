"""A file of ours is had by its signed address alone, for a while, and does nothing in whoever's browser opens it."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tests.desk.provider import PUBLIC, SECRET, Web, web_side
from ventanilla.media_links import SharedFile, media_url, read_token
from ventanilla.store.blobs import blob_path, put_blob
from ventanilla.store.engine import Store

PHOTO = b"\xff\xd8\xff a photo"


@pytest.fixture
def web(sqlite_store: Store) -> Iterator[Web]:
    with web_side(sqlite_store) as web:
        yield web


def address(
    store: Store,
    content: bytes = PHOTO,
    *,
    content_type: str = "image/jpeg",
    filename: str = "foto ñ.jpg",
    hours: float = 1,
    key: bytes = SECRET,
    public: str = PUBLIC,
) -> str:
    shared = SharedFile(
        sha256=put_blob(store.blobs, content),
        content_type=content_type,
        filename=filename,
        expires_at=datetime.now(UTC) + timedelta(hours=hours),
    )
    return media_url(public, key, shared)


def get(web: Web, url: str, *, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
    try:
        connection.request(method, urlsplit(url).path)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_whoever_has_the_address_gets_the_file_as_what_it_is(web: Web) -> None:
    status, headers, body = get(web, address(web.webhooks.store))

    assert (status, body) == (200, PHOTO)
    assert headers["content-type"] == "image/jpeg"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["cache-control"] == "private, no-store"
    assert headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", ""])
def test_what_could_run_in_a_browser_is_a_download_of_no_type(web: Web, content_type: str) -> None:
    _, headers, _ = get(web, address(web.webhooks.store, content_type=content_type, filename="x.html"))

    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")


def test_an_address_that_we_did_not_make_gives_nothing(web: Web) -> None:
    store = web.webhooks.store
    good = address(store)
    token = urlsplit(good).path.split("/")[2]
    packed = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    packed[-2] ^= 1  # another moment
    changed = base64.urlsafe_b64encode(bytes(packed)).decode().rstrip("=")
    digest = put_blob(store.blobs, PHOTO)
    paths = [f"/media/{changed}/x", f"/media/{digest}/x", "/media/x/x", "/media/%C3%B1/x", f"/media/{'A' * 4000}/x"]
    paths += [address(store, key=b"another key"), address(store, hours=-0.001)]

    assert [get(web, path)[0] for path in paths] == [404] * len(paths)
    assert get(web, f"/media/{token}/another%20name")[0] == 200
    assert get(web, f"/media/{token}/..%2F..%2Fetc")[0] in (200, 404)
    assert get(web, "/media/")[0] == 404


def test_a_file_that_was_erased_is_gone(web: Web) -> None:
    store = web.webhooks.store
    url = address(store)
    blob_path(store.blobs, put_blob(store.blobs, PHOTO)).unlink()

    assert get(web, url)[0] == 404


def test_nothing_but_reading_is_possible(web: Web) -> None:
    url = address(web.webhooks.store)

    assert [get(web, url, method=method)[0] for method in ("POST", "PUT", "DELETE")] == [405] * 3
    status, headers, body = get(web, url, method="HEAD")
    assert (status, headers["content-length"], body) == (200, str(len(PHOTO)), b"")


def test_behind_a_proxy_with_a_path_it_answers_with_and_without_it(sqlite_store: Store) -> None:
    with web_side(sqlite_store, public_url=f"{PUBLIC}/base") as web:
        url = address(sqlite_store, public=f"{PUBLIC}/base/")
        assert url.startswith(f"{PUBLIC}/base/media/")
        assert get(web, url)[0] == 200
        assert get(web, url.replace("/base", ""))[0] == 200


def test_a_token_says_what_it_is_for_until_its_moment() -> None:
    moment = datetime(2026, 11, 23, 9, tzinfo=UTC)
    shared = SharedFile(sha256="a" * 64, content_type="image/jpeg", filename="a/b.jpg", expires_at=moment)
    url = media_url(PUBLIC, SECRET, shared)

    assert url.endswith("/a%2Fb.jpg")
    token = url.split("/")[-2]
    assert read_token(SECRET, token, now=moment - timedelta(seconds=1)) == shared
    assert read_token(SECRET, token, now=moment) is None
