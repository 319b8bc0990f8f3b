"""A server on loopback that speaks Twilio's REST API as far as we use it, and makes the web calls that Twilio makes.

Wire format: twilio.com/docs (Messages, Media, Calls, Recordings, IncomingPhoneNumbers, Accounts; errors; webhook signatures).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import socket
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from tests.servers.twilio_http import Api, HttpServer, Media, handler_of
from ventanilla.channel import HookRequest

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = 'a token: ñ " 1'
VERSION = "/2010-04-01"
Answer = tuple[int, dict[str, Any]]
_DATES = {"messages": ("date_sent", "DateSent"), "calls": ("start_time", "StartTime")}


class TwilioServer:
    """One account. `start` and `stop` may be repeated: it keeps its port and what it has.

    `asked` are (method, path, fields) of every request; `planned` are answers that come first, one each. `lost_answers`: so
    many messages are made without an answer; `silent_posts`: so many get none and their line stays open. Media lie at another
    host, which takes no credentials (`media_asked`).
    """

    def __init__(self, *, account: str = ACCOUNT, token: str = TOKEN) -> None:
        self.account, self.token, self.status, self.kind = account, token, "active", "Full"
        self.lists: dict[str, list[dict[str, Any]]] = {"messages": [], "calls": [], "recordings": [], "numbers": []}
        self.senders: list[dict[str, Any]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.media: dict[str, list[dict[str, Any]]] = {}
        self.opted_out: set[str] = set()
        self.planned: list[tuple[int, dict[str, Any], dict[str, str]]] = []
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.media_asked: list[dict[str, str]] = []
        self.lost_answers = self.silent_posts = self.trickles = 0
        self.media_trickles = False
        self.refuse_from: tuple[int, int] | None = None
        self.clock_off = timedelta(0)
        self.media_url: str | None = None
        self._port = self._made = 0
        self._lock = threading.RLock()
        self._http: list[HttpServer] = []
        self.connections: set[socket.socket] = set()

    # Its life

    def start(self) -> TwilioServer:
        """Returns once it listens."""
        self._http = [
            HttpServer(("127.0.0.1", self._port), handler_of(Api, self)),
            HttpServer(("127.0.0.1", 0), handler_of(Media, self)),
        ]
        self._port = self._http[0].server_address[1]
        for each in self._http:
            threading.Thread(target=each.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Dies without a goodbye; twice does no harm."""
        for each in self._http:
            each.shutdown()
            each.server_close()
        self._http = []
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> TwilioServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """For `api_url`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def media_address(self) -> str:
        """Where the files lie: another host than the API's. What is not there is refused with 403."""
        return f"http://127.0.0.1:{self._http[1].server_address[1]}"

    # What it has

    def number(self, number: str, *, can: Sequence[str] = ("sms", "mms", "voice"), **more: str) -> None:
        """The account gets a number."""
        able = {name: name in can for name in ("voice", "sms", "mms", "fax")}
        known = {"sid": self._sid("PN"), "phone_number": number, "capabilities": able, "sms_url": "", "voice_url": ""}
        self.lists["numbers"].append(known | more)

    def message(
        self,
        sender: str,
        to: str,
        body: str,
        *,
        at: datetime | None = None,
        media: Sequence[bytes] = (),
        changed: Mapping[str, Any] = {},
    ) -> str:
        """A message is there, with these of its fields as they are given here; its SID."""
        sid, at = self._sid("MM" if media else "SM"), at or datetime.now(UTC)
        self.media[sid] = [self._file("ME", content, "image/jpeg") for content in media]
        message = {
            "sid": sid,
            "account_sid": self.account,
            "from": sender,
            "to": to,
            "body": body,
            "direction": "inbound",
            "status": "received",
            "num_media": str(len(media)),
            "num_segments": "1",
            "date_created": _written(at),
            "date_sent": _written(at),
            "date_updated": _written(at),
            "error_code": None,
            "error_message": None,
            "subresource_uris": {"media": f"{VERSION}/Accounts/{self.account}/Messages/{sid}/Media.json"},
        }
        self._add("messages", message | dict(changed))
        return sid

    def call(
        self,
        sender: str,
        to: str,
        status: str,
        *,
        at: datetime | None = None,
        seconds: int = 0,
        changed: Mapping[str, Any] = {},
    ) -> str:
        """A call that began then and took so long; its SID."""
        sid, at = self._sid("CA"), at or datetime.now(UTC)
        is_over = status not in ("queued", "ringing", "in-progress")
        call = {
            "sid": sid,
            "account_sid": self.account,
            "from": sender,
            "to": to,
            "status": status,
            "direction": "inbound",
            "start_time": _written(at),
            "end_time": _written(at + timedelta(seconds=seconds)) if is_over else None,
            "duration": str(seconds) if status == "completed" else "0",
            "date_created": _written(at),
            "parent_call_sid": None,
        }
        self._add("calls", call | dict(changed))
        return sid

    def end_call(self, sid: str, status: str, *, at: datetime | None = None, seconds: int = 0) -> None:
        """A call that was going on is over."""
        call = next(each for each in self.lists["calls"] if each["sid"] == sid)
        call |= {"status": status, "end_time": _written(at or datetime.now(UTC)), "duration": str(seconds)}

    def recording(
        self, call_sid: str, *, seconds: int = 42, content: bytes = b"ID3 sound", changed: Mapping[str, Any] = {}
    ) -> str:
        """A voicemail of a call shows; its SID."""
        made = self._file("RE", content, "audio/mpeg")
        now = _written(datetime.now(UTC))
        recording = made | {
            "call_sid": call_sid,
            "duration": str(seconds),
            "status": "completed",
            "source": "RecordVerb",
            "channels": 1,
            "date_created": now,
            "start_time": now,
        }
        self._add("recordings", recording | dict(changed))
        return str(made["sid"])

    def sent(self) -> list[dict[str, Any]]:
        """What was sent by the API, oldest first."""
        return [each for each in self.lists["messages"] if each["direction"] == "outbound-api"]

    # Its web calls

    def signed(self, url: str, fields: Mapping[str, str], *, token: str | None = None) -> HookRequest:
        """A call of a web address as Twilio makes it."""
        pairs = {"AccountSid": self.account, "ApiVersion": "2010-04-01"} | dict(fields)
        return HookRequest(
            method="POST",
            url=url,
            headers={
                "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
                "x-twilio-signature": signature(url, pairs, token or self.token),
            },
            body=urlencode(pairs).encode(),
        )

    def message_fields(self, sid: str) -> dict[str, str]:
        """What Twilio tells a web address about a message that came in."""
        message = next(each for each in self.lists["messages"] if each["sid"] == sid)
        fields = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "SmsStatus": "received", "FromCity": ""}
        fields |= {
            "From": message["from"],
            "To": message["to"],
            "Body": message["body"],
            "NumMedia": message["num_media"],
        }
        for number, media in enumerate(self.media[sid]):
            fields[f"MediaContentType{number}"] = media["content_type"]
            fields[f"MediaUrl{number}"] = (
                f"https://api.twilio.com{VERSION}/Accounts/{self.account}/Messages/{sid}/Media/{media['sid']}"
            )
        return fields

    # What it answers

    def answer(self, method: str, path: str, fields: dict[str, str], credentials: str | None) -> Answer:
        """The answer to one request."""
        wanted = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if credentials != f"Basic {wanted}":
            return _error(401, 20003, "Authenticate")
        base = f"{VERSION}/Accounts/{self.account}"
        if path == f"{base}.json":
            return 200, {"sid": self.account, "friendly_name": "Sol", "status": self.status, "type": self.kind}
        if path == "/v2/Channels/Senders":
            return 200, {"senders": self.senders, "meta": {}}
        if not path.startswith(base + "/"):
            return _error(404, 20404, f"The requested resource {path} was not found")
        if self.status != "active":
            return _error(403, 20005, "Account not active")
        return self._resource(method, path.removeprefix(base + "/"), fields, base)

    def _resource(self, method: str, path: str, fields: dict[str, str], base: str) -> Answer:
        parts = path.removesuffix(".json").split("/")
        if method == "POST" and path == "Messages.json":
            return self._send(fields)
        keys = {"Messages": "messages", "Calls": "calls", "Recordings": "recordings", "IncomingPhoneNumbers": "numbers"}
        if len(parts) == 1 and parts[0] in keys:
            named = "incoming_phone_numbers" if keys[parts[0]] == "numbers" else keys[parts[0]]
            return self._page(f"{base}/{path}", named, self._filtered(keys[parts[0]], fields), fields)
        if len(parts) == 3 and parts[2] == "Media":
            return self._page(f"{base}/{path}", "media_list", self.media.get(parts[1], []), fields)
        if len(parts) == 2 and parts[0] in ("Messages", "Calls"):
            found = [each for each in self.lists[keys[parts[0]]] if each["sid"] == parts[1]]
            return (200, found[0]) if found else _error(404, 20404, "not found")
        return _error(404, 20404, f"The requested resource {path} was not found")

    def _filtered(self, name: str, fields: dict[str, str]) -> list[dict[str, Any]]:
        """The newest first, by whole days of UTC."""
        with self._lock:
            found = list(reversed(self.lists[name]))
        same = {
            "To": "to",
            "From": "from",
            "CallSid": "call_sid",
            "ParentCallSid": "parent_call_sid",
            "Status": "status",
        }
        for asked, field in (same | {"PhoneNumber": "phone_number"}).items():
            if asked in fields:
                found = [each for each in found if each.get(field) == fields[asked]]
        field, asked = _DATES.get(name, ("", ""))
        if f"{asked}>" in fields:
            found = [each for each in found if _day(each, field) >= fields[f"{asked}>"]]
        if f"{asked}<" in fields:
            found = [each for each in found if _day(each, field) <= fields[f"{asked}<"]]
        return found

    def _page(self, path: str, key: str, items: list[dict[str, Any]], fields: dict[str, str]) -> Answer:
        size = min(int(fields.get("PageSize", "50")), 1000)
        begin = next((at + 1 for at, each in enumerate(items) if f"PA{each['sid']}" == fields.get("PageToken")), 0)
        shown = items[begin : begin + size]
        more = None
        if begin + size < len(items):
            page = int(fields.get("Page", "0")) + 1
            more = f"{path}?{urlencode(fields | {'Page': str(page), 'PageToken': 'PA' + shown[-1]['sid']})}"
        return 200, {key: shown, "next_page_uri": more, "page_size": size, "uri": path, "page": fields.get("Page", 0)}

    def _send(self, fields: dict[str, str]) -> Answer:
        to = fields.get("To", "")
        if to in self.opted_out:
            return _error(400, 21610, f"Attempt to send to unsubscribed recipient {to}")
        if not to.removeprefix("whatsapp:").startswith("+"):
            return _error(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if self.refuse_from is not None and len(self.sent()) >= self.refuse_from[0] - 1:
            return _error(400, self.refuse_from[1], "refused")
        template = f"template {fields['ContentSid']}" if "ContentSid" in fields else ""
        files = str(len(fields.get("MediaUrl", "").split()))
        changed = {"direction": "outbound-api", "status": "queued", "date_sent": None, "num_media": files}
        sid = self.message(fields["From"], to, fields.get("Body", template), changed=changed)
        self.lists["messages"][-1]["asked"] = dict(fields)
        return 201, self.lists["messages"][-1] | {"sid": sid}

    def _add(self, name: str, item: dict[str, Any]) -> None:
        with self._lock:
            self.lists[name].append(item)

    def _file(self, kind: str, content: bytes, content_type: str) -> dict[str, Any]:
        sid = self._sid(kind)
        self.files[sid] = content_type, content
        return {"sid": sid, "content_type": content_type}

    def _sid(self, kind: str) -> str:
        with self._lock:
            self._made += 1
            return f"{kind}{self._made:032x}"


def signature(url: str, fields: Mapping[str, str], token: str) -> str:
    """Twilio's signature: HMAC-SHA1 over the address and, sorted by name, each field's name and value."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _error(status: int, code: int, message: str) -> Answer:
    return status, {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def _written(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))


def _day(item: dict[str, Any], field: str) -> str:
    try:
        return parsedate_to_datetime(item[field]).date().isoformat()
    except (TypeError, ValueError, AttributeError):
        return datetime.now(UTC).date().isoformat()
