"""The Bot API over HTTP: methods, long polling, downloads, webhooks; and a side door for the town's people."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.telegram_server.bots import Bot, Json
from demo.telegram_server.errors import ApiError
from demo.telegram_server.methods import call
from demo.telegram_server.parsing import Call, read_call
from demo.telegram_server.people import do
from demo.telegram_server.settings import remember_allowed

LONGEST_POLL = 50.0
_LOOK_UP = 0.5
_AGAIN = 1.0
_TAKEN_OVER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_HAS_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


def telegram_app(bots: Sequence[Bot], *, key: str) -> Starlette:
    """The server. `key` opens the people's door: they send it as X-Town-Key."""
    by_token = {bot.token: bot for bot in bots}
    by_name = {bot.username: bot for bot in bots}

    async def method(request: Request) -> Response:
        bot = by_token.get(request.path_params["token"])
        if bot is None:
            return _answer(ApiError(401, "Unauthorized"))
        try:
            given = read_call(request.url.query, request.headers.get("content-type", ""), await request.body())
            name = request.path_params["method"]
            if name.lower() == "getupdates":
                found = await _get_updates(bot, given, request.is_disconnected)
                return JSONResponse({"ok": True, "result": found})
            return JSONResponse({"ok": True, "result": call(bot, name, given, now=int(time.time()))})
        except ApiError as error:
            bot.tally[f"refused {error.code}"] += 1
            return _answer(error)
        except ClientDisconnect:
            return Response(status_code=400)

    async def download(request: Request) -> Response:
        bot = by_token.get(request.path_params["token"])
        file = bot.file_at(request.path_params["path"]) if bot else None
        if bot is None or file is None:
            return _answer(ApiError(404, "Not Found"))
        bot.tally["downloads"] += 1
        return Response(file.content, media_type="application/octet-stream")

    async def town(request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("x-town-key", ""), key):
            return JSONResponse({"error": "not from this town"}, 403)
        bot = by_name[request.path_params["bot"]]
        if request.method == "GET":
            return JSONResponse(_as_seen(bot))
        return JSONResponse(do(bot, await request.json(), now=int(time.time())))

    routes = [
        Route("/bot{token}/{method}", method, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", download),
        Route("/town/{bot}", town, methods=["GET", "POST"]),
    ]
    return Starlette(routes=routes, lifespan=lambda app: _webhooks(bots))


async def _get_updates(bot: Bot, given: Call, is_gone: Callable[[], Awaitable[bool]]) -> list[Json]:
    """What waits, or what comes within `timeout` seconds. A newer caller ends an older one's wait with 409; who has hung up is not
    waited for."""
    if bot.webhook.url:
        raise ApiError(409, _HAS_WEBHOOK)
    limit = min(100, max(1, given.number("limit", 100)))
    until = time.monotonic() + min(LONGEST_POLL, max(0, given.number("timeout")))
    remember_allowed(bot, given)
    bot.confirm(given.number("offset"))
    bot.tally["polls"] += 1
    poll = bot.newest_poll = object()
    bot.ring()
    while not bot.waiting(limit) and (left := until - time.monotonic()) > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(bot.bell.wait(), min(left, _LOOK_UP))
        if await is_gone():
            return []
        if bot.webhook.url or bot.newest_poll is not poll:
            raise ApiError(409, _HAS_WEBHOOK if bot.webhook.url else _TAKEN_OVER)
    return bot.waiting(limit)


@contextlib.asynccontextmanager
async def _webhooks(bots: Sequence[Bot]) -> AsyncIterator[None]:
    """For as long as the server runs, push updates to the bots that have a webhook."""
    async with httpx.AsyncClient(timeout=10) as client:
        tasks = [asyncio.create_task(_push(bot, client)) for bot in bots]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _push(bot: Bot, client: httpx.AsyncClient) -> None:
    """One update at a time, the oldest first, again and again until it is taken."""
    while True:
        bell = bot.bell
        if not (bot.webhook.url and bot.pending):
            await bell.wait()
            continue
        update, hook = bot.waiting(1)[0], bot.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            answer = await client.post(hook.url, json=update, headers=headers)
            problem = "" if answer.is_success else f"Wrong response from the webhook: {answer.status_code}"
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
        if problem:
            hook.last_error, hook.last_error_at = problem, int(time.time())
            await asyncio.sleep(_AGAIN)
        else:
            bot.confirm(update["update_id"] + 1)


def _answer(error: ApiError) -> Response:
    headers = {"Retry-After": str(error.parameters["retry_after"])} if error.code == 429 else {}
    return JSONResponse(error.document(), error.code, headers=headers)


def _as_seen(bot: Bot) -> dict[str, Any]:
    """The bot's chats as its people see them, every update that was ever made, and what was refused."""
    return {
        "bot": bot.id,
        "updates": bot.made,
        "unconfirmed": bot.pending,
        "tally": dict(bot.tally),
        "chats": {str(number): list(chat.messages.values()) for number, chat in bot.chats.items()},
    }
