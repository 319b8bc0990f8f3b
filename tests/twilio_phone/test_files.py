"""Media and voicemail are fetched whole or not at all, and nobody but Twilio's API sees the credentials."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.twilio_api import TwilioServer
from tests.twilio_phone.line import CUSTOMER, OURS, PhoneLine
from ventanilla.errors import LoginRefused, Permanent, Temporary

PHOTO = bytes(range(256)) * 700


def refs(line: PhoneLine) -> list[dict[str, Any]]:
    (item,) = line.pull(line.messages())
    return [dict(file.ref) for file in line.message_of(item).files]


def test_media_come_from_another_host_without_our_credentials(line: PhoneLine, server: TwilioServer) -> None:
    server.message(CUSTOMER, OURS, "mire", media=[PHOTO])
    (ref,) = refs(line)

    found = line.fetcher().fetch(ref)

    assert (found.content, found.content_type, found.filename) == (PHOTO, "image/jpeg", "media-1.jpg")
    assert len(server.media_asked) == 1
    assert "authorization" not in server.media_asked[0]


def test_each_file_of_a_message_is_fetched_once(line: PhoneLine, server: TwilioServer) -> None:
    server.message(CUSTOMER, OURS, "mire", media=[b"one", b"two", b"three"])

    fetcher = line.fetcher()

    assert sorted(fetcher.fetch(ref).content for ref in refs(line)) == [b"one", b"three", b"two"]


def test_a_file_that_a_webhook_named_is_fetched_by_its_id(line: PhoneLine, server: TwilioServer) -> None:
    sid = server.message(CUSTOMER, OURS, "mire", media=[PHOTO])
    answer = line.called("sms", server.message_fields(sid))
    (file,) = line.message_of(answer.items[0]).files

    assert line.fetcher().fetch(file.ref).content == PHOTO


def test_voicemail_is_fetched_as_mp3(line: PhoneLine, server: TwilioServer) -> None:
    recording = server.recording(server.call(CUSTOMER, OURS, "completed"), content=b"ID3 hello")

    found = line.fetcher().fetch({"recording": recording})

    assert (found.content, found.content_type) == (b"ID3 hello", "audio/mpeg")
    assert found.filename.endswith(".mp3")


@pytest.mark.parametrize(
    "ref", [{"recording": "RE" + "9" * 32}, {"message": "SM" + "9" * 32, "media": "ME" + "9" * 32}]
)
def test_a_file_that_is_not_there_may_come_yet(line: PhoneLine, ref: dict[str, Any]) -> None:
    with pytest.raises(Temporary, match="not yet"):
        line.fetcher().fetch(ref)


def test_a_file_that_was_deleted_is_gone_for_good(line: PhoneLine, server: TwilioServer) -> None:
    server.planned.append((410, {}, {}))

    with pytest.raises(Permanent, match="not at Twilio any more"):
        line.fetcher().fetch({"recording": "RE" + "9" * 32})


def test_what_the_other_host_refuses_says_nothing_of_our_login(line: PhoneLine, server: TwilioServer) -> None:
    server.message(CUSTOMER, OURS, "mire", media=[PHOTO])
    (ref,) = refs(line)
    server.files.clear()
    server.planned += [(200, {"media_list": [{"sid": "ME" + "8" * 32}]}, {})]
    server.planned += [(307, {}, {"Location": f"{server.media_address}/refused"})]

    with pytest.raises(Temporary) as trouble:
        line.fetcher().fetch(ref)

    assert "not yet" in str(trouble.value)


def test_a_place_in_the_list_that_is_none_may_come_yet(line: PhoneLine, server: TwilioServer) -> None:
    sid = server.message(CUSTOMER, OURS, "mire", media=[PHOTO])

    with pytest.raises(Temporary, match="1 files"):
        line.fetcher().fetch({"message": sid, "number": 1})


@pytest.mark.parametrize(
    "ref", [{}, {"recording": "../../x"}, {"recording": 5}, {"message": "SM1/../..", "media": "ME" + "1" * 32}]
)
def test_what_is_no_id_is_asked_of_nobody(line: PhoneLine, server: TwilioServer, ref: dict[str, Any]) -> None:
    with pytest.raises(Permanent):
        line.fetcher().fetch(ref)

    assert server.asked == []


def test_a_file_that_is_too_large_is_refused(line: PhoneLine, server: TwilioServer) -> None:
    server.message(CUSTOMER, OURS, "mire", media=[PHOTO])

    with pytest.raises(Permanent, match="larger than"):
        line.fetcher(largest=1000).fetch(refs(line)[0])


def test_a_file_that_takes_too_long_is_tried_again(line: PhoneLine, server: TwilioServer) -> None:
    server.message(CUSTOMER, OURS, "mire", media=[PHOTO])
    moments = iter(range(0, 10_000, 100))

    with pytest.raises(Temporary, match="did not come within"):
        line.fetcher(clock=lambda: float(next(moments)), seconds=50).fetch(refs(line)[0])


def test_nobody_is_followed_to_an_address_in_the_clear(line: PhoneLine, server: TwilioServer) -> None:
    server.message(CUSTOMER, OURS, "mire", media=[PHOTO])
    server.media_url = "http://files.example.com"

    with pytest.raises(Permanent, match="not encrypted"):
        line.fetcher().fetch(refs(line)[0])


def test_a_redirect_in_a_circle_ends(line: PhoneLine, server: TwilioServer) -> None:
    sid = server.message(CUSTOMER, OURS, "mire", media=[PHOTO])
    (ref,) = refs(line)
    here = f"{server.url}/2010-04-01/Accounts/{server.account}/Messages/{sid}/Media/x"
    server.planned += [(307, {}, {"Location": here})] * 6

    with pytest.raises(Permanent, match="sends us on"):
        line.fetcher().fetch(ref | {"media": "ME" + "1" * 32})


def test_a_revoked_token_and_a_server_away_are_told_apart(line: PhoneLine, server: TwilioServer) -> None:
    recording = server.recording(server.call(CUSTOMER, OURS, "completed"))
    server.token = "rotated"
    with pytest.raises(LoginRefused):
        line.fetcher().fetch({"recording": recording})
    server.stop()

    with pytest.raises(Temporary):
        line.fetcher().fetch({"recording": recording})
