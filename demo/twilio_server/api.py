"""What each address of Twilio's REST API answers, once the caller has been let in. Knows nothing of credentials and limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from demo.twilio_server import hooks
from demo.twilio_server.account import Account, Number, Text, new_sid
from demo.twilio_server.lists import by_day, page, same
from demo.twilio_server.resources import (
    account_resource,
    base,
    call_resource,
    media_resource,
    number_resource,
    recording_resource,
    text_resource,
)


class Api:
    """One account's resources. `store` is the origin where files lie, another than the API's."""

    def __init__(self, account: Account, *, store: str) -> None:
        self.account = account
        self._store = store
        self._errands: set[asyncio.Task[None]] = set()

    async def show_account(self, request: Request) -> Response:
        return JSONResponse(account_resource(self.account))

    async def messages(self, request: Request) -> Response:
        if request.method == "POST":
            return await self._send(request)
        query, now = request.query_params, now_utc()
        within = by_day(query, "DateSent")
        found = [
            each
            for each in reversed(self.account.texts)
            if within(each.created_at) and same(query, To=each.recipient, From=each.sender)
        ]
        return self._page("messages", "Messages", found, request, lambda each: text_resource(self.account, each, now))

    async def _send(self, request: Request) -> Response:
        said = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        form = dict(said)
        template = f"[{form['ContentSid']}] {form.get('ContentVariables', '')}" if form.get("ContentSid") else ""
        text = Text(
            sid=new_sid("SM"),
            direction="outbound-api",
            sender=form.get("From", ""),
            recipient=form.get("To", ""),
            body=form.get("Body") or template.strip(),
            created_at=now_utc(),
            callback=form.get("StatusCallback", ""),
            files=sum(name == "MediaUrl" for name, _ in said),
            template=bool(template),
        )
        text = self.account.send(text)
        if text.callback:
            self.soon(self._report(text))
        return JSONResponse(text_resource(self.account, text, text.created_at), 201)

    async def _report(self, text: Text) -> None:
        """Tell of each step that a message of ours takes; of each one, also when this machine is slow."""
        for status, since in text.steps():
            await asyncio.sleep(max(0.0, (since - now_utc()).total_seconds()))
            await hooks.tell_of_status(self.account, text, status)

    async def message(self, request: Request) -> Response:
        text = self.account.text(request.path_params["sid"])
        return JSONResponse(text_resource(self.account, text, now_utc()))

    async def media_list(self, request: Request) -> Response:
        text = self.account.text(request.path_params["sid"])
        where = f"Messages/{text.sid}/Media"
        return self._page(
            "media_list", where, text.media, request, lambda each: media_resource(self.account, text, each)
        )

    async def media(self, request: Request) -> Response:
        """The file lies elsewhere, at an address that lets in whoever knows it."""
        text = self.account.text(request.path_params["sid"])
        name = request.path_params["media"]
        media = self.account.media(name.removesuffix(".json"))
        if name.endswith(".json"):
            return JSONResponse(media_resource(self.account, text, media))
        return RedirectResponse(f"{self._store}/files/{media.sid}/{media.secret}", 307)

    async def calls(self, request: Request) -> Response:
        query = request.query_params
        within = by_day(query, "StartTime")
        found = [
            each
            for each in reversed(self.account.calls)
            if within(each.at) and same(query, To=each.recipient, From=each.sender, Status=each.status)
        ]
        return self._page("calls", "Calls", found, request, lambda each: call_resource(self.account, each))

    async def call(self, request: Request) -> Response:
        return JSONResponse(call_resource(self.account, self.account.call(request.path_params["sid"])))

    async def recordings(self, request: Request) -> Response:
        query, now = request.query_params, now_utc()
        wanted = request.path_params.get("sid") or query.get("CallSid", "")
        within, origin = by_day(query, "DateCreated"), origin_of(request)
        found = [
            each
            for each in reversed(self.account.recordings)
            if each.at <= now and within(each.at) and wanted in ("", each.call_sid)
        ]
        where = f"Calls/{wanted}/Recordings" if "sid" in request.path_params else "Recordings"
        return self._page(
            "recordings", where, found, request, lambda each: recording_resource(self.account, each, origin)
        )

    async def recording(self, request: Request) -> Response:
        sid, _, form = request.path_params["sid"].partition(".")
        found = self.account.recording(sid)
        if form == "json":
            return JSONResponse(recording_resource(self.account, found, origin_of(request)))
        return Response(found.content, media_type=found.content_type)

    async def numbers(self, request: Request) -> Response:
        found = [each for each in self.account.numbers if same(request.query_params, PhoneNumber=each.number)]
        return self._page(
            "incoming_phone_numbers",
            "IncomingPhoneNumbers",
            found,
            request,
            lambda each: number_resource(self.account, each),
        )

    async def number(self, request: Request) -> Response:
        number = self.account.number(request.path_params["sid"])
        if request.method == "POST":
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            changed = replace(
                number,
                sms_url=form.get("SmsUrl", number.sms_url),
                voice_url=form.get("VoiceUrl", number.voice_url),
                status_callback=form.get("StatusCallback", number.status_callback),
            )
            self.account.numbers[self.account.numbers.index(number)] = number = changed
        return JSONResponse(number_resource(self.account, number))

    def _page(
        self, name: str, where: str, items: Any, request: Request, shown: Callable[[Any], dict[str, Any]]
    ) -> Response:
        uri = f"{base(self.account)}/{where}.json"
        return JSONResponse(page(name, uri, items, request.query_params, sid=lambda each: each.sid, shown=shown))

    def number_called(self, address: str) -> Number | None:
        return next((each for each in self.account.numbers if each.number == address), None)

    def soon(self, errand: Coroutine[Any, Any, None]) -> None:
        """Do this beside the answer."""
        task = asyncio.get_running_loop().create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


def origin_of(request: Request) -> str:
    """The server's own address, as its caller knows it."""
    return f"{request.url.scheme}://{request.url.netloc}"


def now_utc() -> datetime:
    return datetime.now(UTC)
