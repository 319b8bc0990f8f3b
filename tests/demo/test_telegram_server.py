"""The demo's Bot API server, as a bot and as the town's people see it: the wire as the vendor describes it."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import pytest

from demo.provider_town import ProviderTown
from demo.side_door import SideDoor
from tests.demo.provider import KEY, listening
from tests.servers.ports import wait_until

PEOPLE = iter(range(600_001, 700_000))


class Town:
    """A bot on one side, one person with a phone on the other."""

    def __init__(self, town: ProviderTown) -> None:
        self.town = town
        self.bot = town.customers
        self.user = {"id": next(PEOPLE), "is_bot": False, "first_name": "Alba", "language_code": "es"}
        self.client = httpx.Client(timeout=60, verify=False)
        self._door = SideDoor(town.telegram_port, key=KEY)

    def ask(self, method: str, **values: Any) -> httpx.Response:
        return self.client.post(f"{self.town.telegram_url}/bot{self.bot.token}/{method}", data=values)

    def result(self, method: str, **values: Any) -> Any:
        """The result; waits when told to, as a bot must."""
        while True:
            answer = self.ask(method, **values)
            document = answer.json()
            if answer.status_code != 429:
                assert document["ok"], document
                return document["result"]
            assert document["parameters"]["retry_after"] == 1
            time.sleep(0.01)

    def do(self, what: str, **values: Any) -> dict[str, Any]:
        return self._door.act(f"/town/{self.bot.username}", {"do": what, "user": self.user, **values})

    def look(self) -> dict[str, Any]:
        return self._door.look(f"/town/{self.bot.username}")

    def polls(self) -> int:
        return int(self.look()["tally"].get("polls", 0))

    def chat(self) -> list[dict[str, Any]]:
        return list(self.look()["chats"].get(str(self.user["id"]), ()))

    def news(self) -> list[Any]:
        """Every update that waits, confirmed at once."""
        found = self.result("getUpdates")
        if found:
            self.result("getUpdates", offset=found[-1]["update_id"] + 1, limit=1)
        return list(found)


@pytest.fixture
def it(provider_town: ProviderTown) -> Iterator[Town]:
    town = Town(provider_town)
    town.result("deleteWebhook", drop_pending_updates="true")
    yield town
    town.result("deleteWebhook", drop_pending_updates="true")
    town.client.close()


def test_a_bot_knows_itself_and_a_wrong_token_nothing(it: Town) -> None:
    assert it.result("getMe") | {"can_join_groups": None} == it.result("getme") | {"can_join_groups": None}
    assert it.result("getMe")["username"] == it.bot.username
    wrong = it.client.post(f"{it.town.telegram_url}/bot1:nobody/getMe")
    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
    assert it.ask("brewCoffee").json()["error_code"] == 404


def test_updates_stay_until_a_higher_offset_confirms_them(it: Town) -> None:
    numbers = [it.do("write", text=f"número {each}")["update_id"] for each in range(3)]

    assert [each["update_id"] for each in it.result("getUpdates")] == numbers
    assert [each["update_id"] for each in it.result("getUpdates", offset=numbers[1], limit=1)] == numbers[1:2]
    assert [each["update_id"] for each in it.result("getUpdates")] == numbers[1:]
    assert it.result("getUpdates", offset=numbers[2] + 1) == []
    assert it.result("getUpdates") == []


def test_a_negative_offset_keeps_the_newest_alone(it: Town) -> None:
    numbers = [it.do("write", text=f"número {each}")["update_id"] for each in range(4)]

    assert [each["update_id"] for each in it.result("getUpdates", offset=-2)] == numbers[2:]
    assert it.look()["unconfirmed"] == 2


def test_a_long_poll_answers_when_somebody_writes_and_else_when_its_time_is_up(it: Town) -> None:
    began = time.monotonic()
    assert it.result("getUpdates", timeout=1) == []
    assert 0.9 < time.monotonic() - began < 25

    found: list[Any] = []
    waiting = threading.Thread(target=lambda: found.extend(it.result("getUpdates", timeout=30)))
    waiting.start()
    it.do("write", text="¿Hay alguien?")
    waiting.join(timeout=10)
    assert [each["message"]["text"] for each in found] == ["¿Hay alguien?"]


def test_a_second_poller_ends_the_first_and_a_webhook_both(it: Town) -> None:
    answers: list[httpx.Response] = []

    def wait() -> None:
        answers.append(it.ask("getUpdates", timeout=30))

    first, second = threading.Thread(target=wait), threading.Thread(target=wait)
    polls = it.polls()
    first.start()
    wait_until(lambda: it.polls() > polls, seconds=10, what="the first poll")
    second.start()
    first.join(timeout=10)
    assert answers[0].status_code == 409
    assert "terminated by other getUpdates request" in answers[0].json()["description"]

    it.result("setWebhook", url="http://127.0.0.1:9/nobody")
    second.join(timeout=10)
    assert answers[1].status_code == 409
    assert "webhook is active" in it.ask("getUpdates").json()["description"]
    assert it.result("getWebhookInfo")["url"] == "http://127.0.0.1:9/nobody"


def test_a_webhook_gets_updates_with_its_secret_until_it_takes_them(it: Town) -> None:
    got: list[tuple[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], json.loads(body)))
            self.send_response(500 if len(got) == 1 else 200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            return

    with listening(Hook) as root:
        it.result("setWebhook", url=f"{root}/hook", secret_token="s3cret")
        number = it.do("write", text="por la otra puerta")["update_id"]
        wait_until(lambda: len(got) == 2, seconds=10, what="the second try")

    assert [(secret, update["update_id"]) for secret, update in got] == [("s3cret", number)] * 2
    assert it.result("getWebhookInfo")["last_error_message"] == "Wrong response from the webhook: 500"


def test_what_people_send_looks_as_it_does_at_the_vendor(it: Town) -> None:
    photo = {"content": base64.b64encode(b"a picture").decode(), "width": 320, "height": 240}
    it.do("write", text="/start")
    it.do("write", photo=photo, caption="La cerradura", album="a1")
    it.do("write", contact={"phone_number": "34600000012", "first_name": "Alba", "user_id": it.user["id"]})
    voice = {"content": base64.b64encode(b"OggS").decode(), "duration": 3, "mime_type": "audio/ogg", "suffix": ".oga"}
    it.do("write", voice=voice)

    start, picture, contact, spoken = (each["message"] for each in it.news())

    assert start["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert start["chat"] == {"id": it.user["id"], "first_name": "Alba", "type": "private"}
    assert (picture["caption"], picture["media_group_id"]) == ("La cerradura", "a1")
    assert [size["width"] for size in picture["photo"]] == [80, 320]
    assert contact["contact"]["user_id"] == contact["from"]["id"]
    assert (spoken["voice"]["duration"], spoken["voice"]["file_size"]) == (3, 4)


def test_a_file_is_downloaded_by_its_path_and_only_with_the_bots_token(it: Town) -> None:
    content = bytes(range(256))
    it.do("write", document={"content": base64.b64encode(content).decode(), "file_name": "plano.pdf"})
    (update,) = it.news()
    file = it.result("getFile", file_id=update["message"]["document"]["file_id"])

    url = f"{it.town.telegram_url}/file/bot{it.bot.token}/{file['file_path']}"
    assert it.client.get(url).content == content
    assert file["file_size"] == 256
    assert it.client.get(url.replace(it.bot.token, it.town.staff.token)).status_code == 404
    assert it.ask("getFile", file_id="nonsense").status_code == 400


def test_an_edit_is_the_same_message_again(it: Town) -> None:
    sent = it.do("write", text="de 30x40")
    it.do("edit", message_id=sent["message_id"], text="de 30x30, perdón")

    first, second = it.news()

    assert second["edited_message"]["message_id"] == first["message"]["message_id"]
    assert second["edited_message"]["text"] == "de 30x30, perdón"
    assert second["edited_message"]["edit_date"] >= first["message"]["date"]


def test_a_bot_answers_edits_and_sends_audio_and_the_person_sees_it(it: Town) -> None:
    it.do("write", text="hola")
    asked = it.news()[0]["message"]
    answer = it.result(
        "sendMessage",
        chat_id=it.user["id"],
        text="<b>Hola</b> &amp; gracias",
        parse_mode="HTML",
        reply_parameters=json.dumps({"message_id": asked["message_id"]}),
        reply_markup=json.dumps({"inline_keyboard": [[{"text": "Vale", "callback_data": "ok"}]]}),
    )
    assert answer["text"] == "Hola & gracias"
    assert answer["reply_to_message"]["text"] == "hola"
    it.result("editMessageText", chat_id=it.user["id"], message_id=answer["message_id"], text="Corregido")
    same = it.ask("editMessageText", chat_id=it.user["id"], message_id=answer["message_id"], text="Corregido")
    while same.status_code == 429:
        same = it.ask("editMessageText", chat_id=it.user["id"], message_id=answer["message_id"], text="Corregido")
    assert "message is not modified" in same.json()["description"]
    url = f"{it.town.telegram_url}/bot{it.bot.token}/sendVoice"
    sound = b"OggS\r\n--not a boundary\r\n\x00\xff"
    spoken = it.client.post(url, data={"chat_id": it.user["id"]}, files={"voice": ("v.oga", sound, "audio/ogg")})
    while spoken.status_code == 429:
        spoken = it.client.post(url, data={"chat_id": it.user["id"]}, files={"voice": ("v.oga", sound, "audio/ogg")})
    file = it.result("getFile", file_id=spoken.json()["result"]["voice"]["file_id"])
    heard = it.client.get(f"{it.town.telegram_url}/file/bot{it.bot.token}/{file['file_path']}").content

    assert heard == sound
    assert [each.get("text") for each in it.chat()] == ["hola", "Corregido", None]


def test_a_button_comes_back_as_a_callback_query(it: Town) -> None:
    it.do("write", text="hola")
    sent = it.result("sendMessage", chat_id=it.user["id"], text="¿Vale?")
    it.news()

    it.do("press", message_id=sent["message_id"], data="take:1")

    (update,) = it.news()
    assert update["callback_query"]["data"] == "take:1"
    assert it.result("answerCallbackQuery", callback_query_id=update["callback_query"]["id"]) is True


def refusal(it: Town, **values: Any) -> tuple[int, str]:
    while (answer := it.ask("sendMessage", **values)).status_code == 429:
        continue
    return answer.status_code, answer.json()["description"]


def test_a_bot_cannot_write_first_nor_to_who_blocked_it(it: Town) -> None:
    assert refusal(it, chat_id=999, text="hola") == (400, "Bad Request: chat not found")
    it.do("write", text="hola")
    assert refusal(it, chat_id=it.user["id"], text=" ") == (400, "Bad Request: message text is empty")
    assert refusal(it, chat_id=it.user["id"], text="x" * 4097) == (400, "Bad Request: message is too long")
    it.news()
    it.do("block")
    assert refusal(it, chat_id=it.user["id"], text="hola") == (403, "Forbidden: bot was blocked by the user")
    assert it.news()[0]["my_chat_member"]["new_chat_member"]["status"] == "kicked"


def test_now_and_then_a_bot_is_told_to_wait(it: Town) -> None:
    it.do("write", text="hola")
    answers = [it.ask("sendMessage", chat_id=it.user["id"], text=str(each)) for each in range(25)]

    slow = [each for each in answers if each.status_code == 429]
    assert 1 <= len(slow) <= 2
    assert slow[0].json()["parameters"] == {"retry_after": 1}
    assert slow[0].headers["retry-after"] == "1"


def test_only_wanted_kinds_of_updates_come_and_commands_are_kept_for_each_language(it: Town) -> None:
    it.result("getUpdates", allowed_updates=json.dumps(["message"]))
    sent = it.do("write", text="hola")
    assert it.do("edit", message_id=sent["message_id"], text="adiós")["update_id"] is None
    it.result("getUpdates", allowed_updates="[]")
    commands = [{"command": "pausa", "description": "Me voy un rato"}]
    it.result("setMyCommands", commands=json.dumps(commands), language_code="es")

    assert it.result("getMyCommands", language_code="es") == commands
    assert it.result("getMyCommands", language_code="en") == []


def test_a_stranger_does_not_get_in_by_the_side_door(it: Town) -> None:
    with pytest.raises(RuntimeError, match="403"):
        SideDoor(it.town.telegram_port, key="guessed").look(f"/town/{it.bot.username}")
