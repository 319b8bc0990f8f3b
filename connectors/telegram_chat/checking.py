"""Tries a bot without changing anything, and says what works, what will happen and what cures the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.progress import Progress
from connectors.telegram_chat.troubles import TROUBLES, explain
from connectors.telegram_chat.updates import ALLOWED, sent_at
from connectors.telegram_chat.webhook import WebhookInfo, foreign_webhook, webhook_info
from ventanilla.channel import Finding
from ventanilla.errors import Permanent, Temporary

_KEPT = timedelta(hours=24)
_LATE = timedelta(hours=6)


def check_bot(
    api: BotApi, *, now: datetime, webhook: str | None = None, start: str | date = "all", is_staff: bool = False
) -> Iterator[Finding]:
    """A line for each thing tried. `webhook` is the address that Telegram is to call, None to poll. Never raises for what
    Telegram says or does."""
    subject = f"Telegram {api.host}"
    try:
        me = api.call("getMe")
        yield _who(subject, api, me)
        yield _groups(me, is_staff=is_staff)
        info = webhook_info(api)
        yield from _road(info, webhook)
        yield _waiting(api, info, now, start)
    except TROUBLES as trouble:
        error = explain(trouble, host=api.host, where=api.where)
        yield Finding(subject=subject, ok=False, message=str(error), cure=getattr(error, "cure", "") or "try again")
    except (Permanent, Temporary) as error:
        yield Finding(subject=subject, ok=False, message=str(error), cure=error.cure)
    finally:
        api.close()


def username_of(me: Any) -> str:
    """The bot's @name without its @; empty where Telegram does not say."""
    found = me.get("username") if isinstance(me, dict) else None
    return found if isinstance(found, str) else ""


def _who(subject: str, api: BotApi, me: Any) -> Finding:
    name = me.get("first_name", "") if isinstance(me, dict) else ""
    return Finding(subject=subject, ok=True, message=f"@{username_of(me)} ({name}), bot {api.bot}: the token works")


def _groups(me: Any, *, is_staff: bool) -> Finding:
    subject = "groups"
    if not (isinstance(me, dict) and me.get("can_join_groups")):
        return Finding(subject=subject, ok=True, message="cannot be added to groups: people write to it in private")
    reads = "everything said there" if me.get("can_read_all_group_messages") else "commands there"
    message = f"can be added to groups, and then gets {reads}; that is put aside, only private chats count"
    cure = "in @BotFather: /setjoingroups, Disable" + (" (a staff's bot has no business in groups)" if is_staff else "")
    return Finding(subject=subject, ok=True, message=f"{message} ({cure})")


def _road(info: WebhookInfo, webhook: str | None) -> Iterator[Finding]:
    subject = "webhook"
    if webhook is None:
        if not info.url:
            yield Finding(subject=subject, ok=True, message="none is set: messages are polled, and seen at once")
        else:
            foreign = foreign_webhook(info)
            cure = f"{foreign.cure}. One that Ventanilla set before is taken away by itself"
            yield Finding(subject=subject, ok=False, message=str(foreign), cure=cure)
        return
    if info.url == webhook:
        yield _own_webhook(info)
    elif not info.url:
        yield Finding(subject=subject, ok=True, message=f"none is set yet; it will be set to {webhook}")
    else:
        foreign = foreign_webhook(info)
        yield Finding(subject=subject, ok=False, message=str(foreign), cure=foreign.cure)
    if not webhook.startswith("https://"):
        yield Finding(
            subject=subject,
            ok=False,
            message="service.public_url is not https: Telegram calls nothing else, and messages are polled",
            cure="give service.public_url an https address with a certificate that the world knows",
        )


def _own_webhook(info: WebhookInfo) -> Finding:
    if not info.error or not info.waiting:
        return Finding(subject="webhook", ok=True, message="is ours, and Telegram reaches it")
    when = "" if info.error_at is None else f" (at {info.error_at:%Y-%m-%d %H:%M} UTC)"
    return Finding(
        subject="webhook",
        ok=False,
        message=f"Telegram cannot deliver to {info.site}: {info.error}{when}; messages are polled meanwhile",
        cure="make service.public_url reach the web process ([web] listen): certificate, proxy, firewall",
    )


def _waiting(api: BotApi, info: WebhookInfo, now: datetime, start: str | date) -> Finding:
    """What nobody has fetched yet. Telegram throws away what is older than a day."""
    subject = "messages"
    if not info.waiting:
        return Finding(subject=subject, ok=True, message=f"none waits; {_will(start)}")
    oldest = None if info.url else _oldest(api)
    age = None if oldest is None else now - oldest
    how_old = "" if age is None else f", the oldest since {max(0, round(age.total_seconds() / 60)):,} minutes"
    message = f"{info.waiting:,} wait{how_old}; {_will(start)}; Telegram keeps them for 24 hours"
    is_late = age is not None and age > _LATE
    cure = f"start the service before {_KEPT} have gone by: older ones are lost" if is_late else ""
    return Finding(subject=subject, ok=not is_late, message=message, cure=cure)


def _oldest(api: BotApi) -> datetime | None:
    """When the first that waits was sent. Asked without an offset, which confirms nothing; somebody waits, so nobody polls."""
    found = api.call(
        "getUpdates", {"limit": 1, "timeout": 0, "allowed_updates": list(ALLOWED), "offset": Progress().offset}
    )
    return sent_at(found[0]) if isinstance(found, list) and found else None


def _will(start: str | date) -> str:
    if start == "now":
        return "those from before the channel was configured are only noted down"
    if isinstance(start, date):
        return f"those from before {start} are only noted down"
    return "all of them are taken as new"
