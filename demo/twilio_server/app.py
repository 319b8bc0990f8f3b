"""Twilio over HTTP: who is let in and how fast, which address is which; its file store apart; a side door for the town's people."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.twilio_server import hooks
from demo.twilio_server.account import Account
from demo.twilio_server.api import Api, now_utc, origin_of
from demo.twilio_server.errors import TwilioError, not_found
from demo.twilio_server.people import as_seen, call_out, ring, write
from demo.twilio_server.resources import VERSION

EVERY_SO_MANY = 150
"""How many requests are answered before one is told to wait."""

Handler = Callable[[Request], Awaitable[Response]]


class TwilioServer:
    """One account. `key` opens the people's door (X-Town-Key); `store` is the origin where files lie, another than the API's."""

    def __init__(self, account: Account, *, key: str, store: str) -> None:
        self._account = account
        self._api = Api(account, store=store)
        self._key = key

    def app(self) -> Starlette:
        api, root = self._api, f"/{VERSION}/Accounts/{{account}}"
        addresses: list[tuple[str, Handler, list[str]]] = [
            (".json", api.show_account, ["GET"]),
            ("/Messages.json", api.messages, ["GET", "POST"]),
            ("/Messages/{sid}.json", api.message, ["GET"]),
            ("/Messages/{sid}/Media.json", api.media_list, ["GET"]),
            ("/Messages/{sid}/Media/{media}", api.media, ["GET"]),
            ("/Calls.json", api.calls, ["GET"]),
            ("/Calls/{sid}.json", api.call, ["GET"]),
            ("/Calls/{sid}/Recordings.json", api.recordings, ["GET"]),
            ("/Recordings.json", api.recordings, ["GET"]),
            ("/Recordings/{sid}", api.recording, ["GET"]),
            ("/IncomingPhoneNumbers.json", api.numbers, ["GET"]),
            ("/IncomingPhoneNumbers/{sid}.json", api.number, ["GET", "POST"]),
        ]
        routes = [Route(f"{root}{path}", self._guarded(answer), methods=methods) for path, answer, methods in addresses]
        routes.append(Route("/files/{sid}/{secret}", self._file))
        routes.append(Route("/town/twilio", self._town, methods=["GET", "POST"]))
        return Starlette(routes=routes, exception_handlers={404: _nothing_there})

    def _guarded(self, handler: Handler) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """With the account's own credentials only, and not too fast."""

        async def answer(request: Request) -> Response:
            try:
                self._admit(request)
                return await handler(request)
            except TwilioError as error:
                self._account.tally[f"refused {error.status}"] += 1
                headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.status == 401 else {}
                return JSONResponse(error.document(), error.status, headers=headers)

        return answer

    def _admit(self, request: Request) -> None:
        mine = base64.b64encode(f"{self._account.sid}:{self._account.token}".encode()).decode()
        if not secrets.compare_digest(request.headers.get("authorization", ""), f"Basic {mine}"):
            raise TwilioError(401, 20003, "Authenticate")
        if request.path_params["account"] != self._account.sid:
            raise not_found(request.url.path)
        self._account.tally["requests"] += 1
        if self._account.tally["requests"] % EVERY_SO_MANY == 0:
            raise TwilioError(429, 20429, "Too Many Requests")

    async def _file(self, request: Request) -> Response:
        """The file store: like others of its sort it refuses credentials that are not its own."""
        if "authorization" in request.headers:
            self._account.tally["credentials given away"] += 1
            return Response("Only one auth mechanism allowed", 400)
        try:
            media = self._account.media(request.path_params["sid"])
        except TwilioError:
            return Response(status_code=404)
        if not secrets.compare_digest(media.secret, request.path_params["secret"]):
            return Response(status_code=403)
        return Response(media.content, media_type=media.content_type)

    async def _town(self, request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("x-town-key", ""), self._key):
            return JSONResponse({"error": "not from this town"}, 403)
        if request.method == "GET":
            return JSONResponse(as_seen(self._account, now_utc()))
        act, origin = await request.json(), origin_of(request)
        if act["do"] == "call":
            call, recording = ring(self._account, act, now_utc())
            self._api.soon(
                hooks.tell_of_call(self._account, self._api.number_called(call.recipient), call, recording, origin)
            )
            return JSONResponse({"sid": call.sid, "recording": recording.sid if recording else None})
        if act["do"] == "call out":
            return JSONResponse({"sid": call_out(self._account, act, now_utc()).sid})
        text = write(self._account, act, now_utc())
        number = self._api.number_called(text.recipient)
        self._api.soon(hooks.tell_of_text(self._account, number, text, name=act.get("name", ""), origin=origin))
        return JSONResponse({"sid": text.sid})


async def _nothing_there(request: Request, error: Exception) -> Response:
    return JSONResponse(not_found(request.url.path).document(), 404)
