"""The demo's Twilio server, as a program with the account's credentials and as the town's people see it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from demo.provider_town import ProviderTown
from demo.side_door import SideDoor
from tests.demo.provider import KEY, NUMBER, SECRET, SID, WHATSAPP, listening
from tests.servers.ports import wait_until

PEOPLE = iter(range(34600000001, 34600000999))
ROOT = f"/2010-04-01/Accounts/{SID}"


class Town:
    """The account on one side, one person with a telephone on the other."""

    def __init__(self, town: ProviderTown) -> None:
        self.town = town
        self.phone = f"+{next(PEOPLE)}"
        self.client = httpx.Client(base_url=town.twilio_url, auth=(SID, SECRET), timeout=20, verify=False)
        self._door = SideDoor(town.twilio_port, key=KEY)

    def ask(self, method: str, path: str, **values: Any) -> httpx.Response:
        """The answer; asks again when told to wait."""
        query, form = (values, None) if method == "GET" else (None, values)
        while (answer := self.client.request(method, path, params=query or None, data=form)).status_code == 429:
            assert answer.json()["code"] == 20429
        return answer

    def list(self, what: str, name: str, **query: Any) -> list[dict[str, Any]]:
        """Every page of a list."""
        found, path = [], f"{ROOT}/{what}.json"
        document = self.ask("GET", path, **query).json()
        found += document[name]
        while document["next_page_uri"]:
            document = self.ask("GET", document["next_page_uri"]).json()
            found += document[name]
        return found

    def send(self, body: str, *, sender: str = NUMBER, to: str = "", **more: str) -> httpx.Response:
        return self.ask("POST", f"{ROOT}/Messages.json", To=to or self.phone, From=sender, Body=body, **more)

    def write(self, body: str, *, to: str = NUMBER, **more: Any) -> str:
        prefix = "whatsapp:" if to.startswith("whatsapp:") else ""
        act = {"do": "write", "from": f"{prefix}{self.phone}", "to": to, "body": body, **more}
        return str(self._door.act("/town/twilio", act)["sid"])

    def ring(self, **more: Any) -> dict[str, Any]:
        return self._door.act("/town/twilio", {"do": "call", "from": self.phone, "to": NUMBER, **more})

    def look(self) -> dict[str, Any]:
        return self._door.look("/town/twilio")


@pytest.fixture
def it(provider_town: ProviderTown) -> Iterator[Town]:
    town = Town(provider_town)
    yield town
    town.client.close()


def file(content: bytes, content_type: str, **more: Any) -> dict[str, Any]:
    return {"content": base64.b64encode(content).decode(), "content_type": content_type, **more}


def test_only_the_accounts_own_credentials_let_in(it: Town) -> None:
    refused = it.client.get(f"{ROOT}.json", auth=(SID, "wrong"))

    assert (refused.status_code, refused.json()["code"]) == (401, 20003)
    assert it.ask("GET", f"{ROOT}.json").json()["status"] == "active"
    other = it.ask("GET", f"/2010-04-01/Accounts/AC{'1' * 32}/Messages.json")
    assert (other.status_code, other.json()["code"]) == (404, 20404)
    assert it.ask("GET", "/2010-04-01/Nothing.json").json()["code"] == 20404


def test_each_number_says_what_it_can(it: Town) -> None:
    (number,) = it.list("IncomingPhoneNumbers", "incoming_phone_numbers", PhoneNumber=NUMBER)

    assert number["sid"].startswith("PN")
    assert number["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert it.list("IncomingPhoneNumbers", "incoming_phone_numbers", PhoneNumber="+1") == []


def test_messages_come_newest_first_a_page_at_a_time_and_by_day(it: Town) -> None:
    sids = [it.write(f"mensaje {each}") for each in range(5)]
    today, query = datetime.now(UTC).date(), {"From": it.phone, "To": NUMBER, "PageSize": 2}

    assert [each["sid"] for each in it.list("Messages", "messages", **query)] == sids[::-1]
    yesterday = {"DateSent>": f"{today - timedelta(days=1)}T23:00:00Z"}
    assert len(it.list("Messages", "messages", **query, **yesterday)) == 5
    assert it.list("Messages", "messages", **query, **{"DateSent<": str(today - timedelta(days=1))}) == []
    wrong = it.ask("GET", f"{ROOT}/Messages.json", DateSent="soon")
    assert wrong.status_code == 400


def test_what_comes_in_between_two_pages_shifts_nothing(it: Town) -> None:
    sids = [it.write(f"mensaje {each}") for each in range(4)]
    first = it.ask("GET", f"{ROOT}/Messages.json", From=it.phone, PageSize=2).json()
    it.write("uno más")

    second = it.ask("GET", first["next_page_uri"]).json()

    assert [each["sid"] for each in first["messages"] + second["messages"]] == sids[::-1]
    assert second["next_page_uri"] is None


def test_a_message_looks_as_it_does_at_the_vendor(it: Town) -> None:
    sid = it.write("¿Tienen pilas?", media=[file(b"a picture", "image/png")])

    message = it.ask("GET", f"{ROOT}/Messages/{sid}.json").json()

    assert sid.startswith("MM")
    assert (message["direction"], message["status"], message["num_media"]) == ("inbound", "received", "1")
    assert (message["from"], message["to"], message["body"]) == (it.phone, NUMBER, "¿Tienen pilas?")
    assert datetime.strptime(message["date_sent"], "%a, %d %b %Y %H:%M:%S %z").tzinfo is not None
    assert it.ask("GET", f"{ROOT}/Messages/SM{'0' * 32}.json").status_code == 404


def test_a_file_lies_elsewhere_and_no_credentials_go_there(it: Town) -> None:
    sid = it.write("", media=[file(b"a picture", "image/png")])
    (media,) = it.list(f"Messages/{sid}/Media", "media_list")
    answer = it.ask("GET", media["uri"].removesuffix(".json"))
    place = answer.headers["location"]

    assert answer.status_code == 307
    assert f":{it.town.files_port}/" in place
    assert it.client.get(place, auth=None).content == b"a picture"
    assert it.client.get(place, headers={"Authorization": "Basic eDp5"}).status_code == 400
    assert it.look()["tally"]["credentials given away"] == 1
    assert it.client.get(f"{place}x", auth=None).status_code == 403


def test_what_we_send_is_queued_then_sent_then_delivered(it: Town) -> None:
    answer = it.send("Hemos recibido su mensaje.")
    sid = answer.json()["sid"]
    assert (answer.status_code, answer.json()["status"], answer.json()["direction"]) == (201, "queued", "outbound-api")
    seen = []

    def is_delivered() -> bool:
        status = it.ask("GET", f"{ROOT}/Messages/{sid}.json").json()["status"]
        if status not in seen:
            seen.append(status)
        return bool(status == "delivered")

    wait_until(is_delivered, seconds=10, what="the delivery")
    assert seen == ["queued", "sent", "delivered"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"body": ""}, 21602),
        ({"body": "hola", "to": "910"}, 21211),
        ({"body": "hola", "sender": "+34910000009"}, 21606),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_code(it: Town, values: dict[str, str], code: int) -> None:
    answer = it.send(**values)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_who_wrote_stop_gets_nothing_more_until_start(it: Town) -> None:
    it.write(" Stop ")
    assert it.send("hola").json()["code"] == 21610
    it.write("START")
    assert it.send("hola").status_code == 201


def test_by_whatsapp_a_free_text_arrives_only_within_a_day_of_theirs(it: Town) -> None:
    ours, theirs = f"whatsapp:{WHATSAPP}", f"whatsapp:{it.phone}"
    late = it.send("hola", sender=ours, to=theirs).json()["sid"]
    it.write("Les he escrito un correo.", to=ours, name="Rosa")
    fine = it.send("hola", sender=ours, to=theirs).json()["sid"]

    def status(sid: str) -> str:
        return str(it.ask("GET", f"{ROOT}/Messages/{sid}.json").json()["status"])

    wait_until(lambda: status(fine) == "delivered", seconds=10, what="the delivery")
    assert status(late) == "undelivered"
    assert it.ask("GET", f"{ROOT}/Messages/{late}.json").json()["error_code"] == 63016


def test_a_template_arrives_however_long_ago_they_wrote(it: Town) -> None:
    ours, theirs = f"whatsapp:{WHATSAPP}", f"whatsapp:{it.phone}"
    sid = it.send("", sender=ours, to=theirs, ContentSid="HX1").json()["sid"]

    wait_until(
        lambda: it.ask("GET", f"{ROOT}/Messages/{sid}.json").json()["status"] == "delivered",
        seconds=10,
        what="the delivery",
    )


def test_a_file_of_ours_goes_along_by_its_address(it: Town) -> None:
    sent = it.send("", MediaUrl="https://desk.example.com/media/x/foto.jpg").json()

    assert (sent["num_media"], sent["body"]) == ("1", "")
    assert it.send("").json()["code"] == 21602


def test_a_call_that_one_of_us_made_is_listed_by_our_number(it: Town) -> None:
    act = {"do": "call out", "from": NUMBER, "to": it.phone, "seconds": 90, "answered_by": "human"}
    sid = it._door.act("/town/twilio", act)["sid"]

    (call,) = it.list("Calls", "calls", From=NUMBER, To=it.phone)

    assert (call["sid"], call["direction"], call["status"], call["duration"]) == (
        sid,
        "outbound-api",
        "completed",
        "90",
    )
    assert call["answered_by"] == "human"


def test_a_missed_call_and_a_recording_that_comes_later(it: Town) -> None:
    missed = it.ring()["sid"]
    spoken = it.ring(voicemail=file(b"RIFF", "audio/wav", seconds=7, after=0.3))

    calls = {each["sid"]: each for each in it.list("Calls", "calls", To=NUMBER, From=it.phone)}
    assert (calls[missed]["status"], calls[missed]["duration"]) == ("no-answer", "0")
    assert calls[spoken["sid"]]["status"] == "completed"
    where = f"Calls/{spoken['sid']}/Recordings"
    assert it.list(where, "recordings") == []
    wait_until(lambda: it.list(where, "recordings"), seconds=10, what="the recording")
    (recording,) = it.list("Recordings", "recordings", CallSid=spoken["sid"])
    assert (recording["sid"], recording["duration"]) == (spoken["recording"], "7")
    assert it.ask("GET", recording["media_url"] + ".wav").content == b"RIFF"
    assert it.ask("GET", recording["uri"]).json()["call_sid"] == spoken["sid"]


class Hook(BaseHTTPRequestHandler):
    """Takes what the server posts."""

    got: list[tuple[str, dict[str, str], str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        values = dict(parse_qsl(body, keep_blank_values=True))
        self.got.append((self.path, values, self.headers["X-Twilio-Signature"]))
        self.send_response(200)
        self.end_headers()
        host = self.headers["Host"]
        self.wfile.write(f'<Response><Record recordingStatusCallback="http://{host}/voice?a=1"/></Response>'.encode())

    def log_message(self, *arguments: object) -> None:
        return


def test_web_addresses_are_called_and_signed(it: Town) -> None:
    Hook.got = []
    with listening(Hook) as root:
        (number,) = it.list("IncomingPhoneNumbers", "incoming_phone_numbers")
        urls = {"SmsUrl": f"{root}/sms", "VoiceUrl": f"{root}/voice", "StatusCallback": f"{root}/call"}
        it.ask("POST", number["uri"], **urls)
        sid = it.write("hola, ¿qué tal?")
        call = it.ring(voicemail=file(b"RIFF", "audio/wav", seconds=7))
        it.send("hola", StatusCallback=f"{root}/status")
        wait_until(lambda: [each[0] for each in Hook.got].count("/status") == 3, what="all calls")
        wait_until(lambda: any("RecordingSid" in each[1] for each in Hook.got), seconds=10, what="the recording")
        it.ask("POST", number["uri"], SmsUrl="", VoiceUrl="", StatusCallback="")

    validator = RequestValidator(SECRET)
    assert all(validator.validate(root + path, values, signed) for path, values, signed in Hook.got)
    told = {path: values for path, values, _ in Hook.got}
    assert (told["/sms"]["MessageSid"], told["/sms"]["Body"]) == (sid, "hola, ¿qué tal?")
    assert told["/call"]["CallSid"] == told["/voice?a=1"]["CallSid"] == call["sid"]
    steps = [values["MessageStatus"] for path, values, _ in Hook.got if path == "/status"]
    assert steps == ["queued", "sent", "delivered"]


def test_now_and_then_a_program_is_told_to_wait(it: Town) -> None:
    statuses = [it.client.get(f"{ROOT}.json").status_code for _ in range(151)]

    assert statuses.count(429) in (1, 2)


def test_a_stranger_does_not_get_in_by_the_side_door(it: Town) -> None:
    answer = it.client.post("/town/twilio", content=json.dumps({"do": "call"}))

    assert answer.status_code == 403
