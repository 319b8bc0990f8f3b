"""Twilio's calls to a running service: one of them twenty times at once, forged ones, none for a while. Polling knows the rest."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.conftest import NUMBER
from tests.acceptance.service import Service
from tests.acceptance.test_every_channel import on_every_channel
from tests.desk.running import get
from tests.faults.tally import count_faults
from tests.servers.ports import free_port, wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.twilio_api import TwilioServer
from ventanilla.channel import HookRequest
from ventanilla.store.tables import inbox

CUSTOMER = "+34600000077"


class Web:
    """The service's web side behind a proxy that ends TLS: it is called as http, and Twilio signs https."""

    def __init__(self, service: Service, twilio: TwilioServer) -> None:
        self.port, self.twilio = free_port(), twilio
        self.address, self.status = (f"https://desk.example.com/webhooks/telefono/{path}" for path in ("sms", "status"))
        service.settings["service"]["public_url"] = "https://desk.example.com"
        service.settings["web"] = {"listen": f"127.0.0.1:{self.port}"}
        service.write()

    def post(self, call: HookRequest) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {**call.headers, "host": "desk.example.com", "x-forwarded-proto": "http"}
        try:
            connection.request("POST", urlsplit(call.url).path, body=call.body, headers=headers)
            with connection.getresponse() as answer:
                answer.read()
                return answer.status
        finally:
            connection.close()

    def call(self, sid: str, *, token: str | None = None, **changed: str) -> int:
        return self.post(self.twilio.signed(self.address, self.twilio.message_fields(sid) | changed, token=token))

    def report(self, sid: str, state: str) -> int:
        return self.post(self.twilio.signed(self.status, {"MessageSid": sid, "MessageStatus": state}))

    def is_up(self) -> bool:
        return get(self.port, "/healthz") == 200


@pytest.mark.faults
@pytest.mark.fault(8, 9)
def test_calls_doubled_forged_blank_and_missing_for_a_while_leave_each_message_in_the_ledger_once(
    service: Service, telegram: TelegramApi, twilio: TwilioServer
) -> None:
    web = Web(on_every_channel(service, telegram, twilio), twilio)
    service.settings["channels"]["telefono"]["poll"] = "2s"
    service.write()
    service.start()
    wait_until(web.is_up, seconds=60, what="the web side")
    wait_until(
        lambda: datetime.now(UTC).microsecond < 200_000, what="a new second"
    )  # Twilio's times have no finer parts

    # given one call that comes twenty times at once, while its message is polled as well
    sid = twilio.message(CUSTOMER, NUMBER, "hola", at=datetime.now(UTC) + timedelta(seconds=1))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: web.call(sid), range(20)))
    assert answers == [200] * 20
    count_faults(20)

    # and calls that nobody signed, signed for another text, of another account's token, with nothing in them
    forged = twilio.signed(web.address, twilio.message_fields(sid) | {"MessageSid": "SM" + "9" * 32})
    assert web.post(replace(forged, body=forged.body.replace(b"hola", b"adios"))) == 403
    assert web.call(sid, token="another token") == 403
    unsigned = {name: value for name, value in forged.headers.items() if "signature" not in name}
    assert web.post(replace(forged, headers=unsigned)) == 403
    assert web.post(replace(forged, body=urlencode({"MessageSid": ""}).encode())) == 403
    # blank parameters are signed as they are
    assert web.call(sid, FromCity="", FromState="", Body="hola") == 200
    count_faults(5)

    # and messages whose calls never come, some of them told of late, when polling has them already
    others = [twilio.message(f"+3460000010{n}", NUMBER, f"texto {n}") for n in range(8)]
    books.wait_for_post(service, 9)
    assert [web.call(one) for one in others[::2]] == [200] * 4
    count_faults(len(others))
    books.wait_for_letters(service)

    # then each is there once
    books.wait_for_post(service, 9)
    assert Counter(_keys(service)) == Counter(dict.fromkeys([sid, *others], 1))
    assert len(service.json("conversations")) == 9
    # they are written down now and then
    wait_until(lambda: _refused(service) >= 4, seconds=60, what="the refused calls in status")

    # and when what became of a receipt is told backwards, it stays delivered
    receipt = next(row for row in books.outbox_rows(service) if row.via == "telefono" and row.external_id)
    for told in ("delivered", "sent", "queued"):
        assert web.report(receipt.external_id, told) == 200
        assert {row.id: row.state for row in books.outbox_rows(service)}[receipt.id] == "delivered"
    count_faults(2)
    books.check_audit(service)


def _refused(service: Service) -> int:
    return sum(int(one["calls"]) for one in service.json("status")["refused_calls"])


def _keys(service: Service) -> list[str]:
    with service.store.read() as connection:
        return list(connection.scalars(sa.select(inbox.c.item_key).where(inbox.c.channel == "telefono")))
