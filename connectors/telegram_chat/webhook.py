"""Keeps a bot's webhook: sets ours, never takes another program's, goes back to polling while ours does not work.

While a webhook is set nobody can poll, and Telegram keeps what it cannot deliver for a day. So a webhook that fails is taken away
for a while: polling then brings what it held up. (https://core.telegram.org/bots/api#setwebhook)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import structlog

from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.progress import Progress
from connectors.telegram_chat.troubles import Refusal
from connectors.telegram_chat.updates import ALLOWED
from connectors.telegram_chat.webhook_secret import webhook_secret
from ventanilla.errors import Temporary

log = structlog.get_logger(__name__)

POLL_INSTEAD = timedelta(minutes=10)
TRY_AGAIN = timedelta(hours=1)
_BAD_LOOKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookInfo:
    """What getWebhookInfo says."""

    url: str
    waiting: int
    error: str
    error_at: datetime | None
    allowed: frozenset[str]

    @property
    def site(self) -> str:
        """The address as it may be shown: many programs put their token into the path."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def webhook_info(api: BotApi) -> WebhookInfo:
    """Ask Telegram. Raises what `BotApi.call` raises."""
    answer = api.call("getWebhookInfo")
    told = answer if isinstance(answer, dict) else {}
    failed_at = told.get("last_error_date")
    return WebhookInfo(
        url=str(told.get("url") or ""),
        waiting=int(told.get("pending_update_count") or 0),
        error=" ".join(str(told.get("last_error_message") or "").split())[:200],
        error_at=datetime.fromtimestamp(failed_at, UTC) if isinstance(failed_at, int) else None,
        allowed=frozenset(map(str, told.get("allowed_updates") or ())),
    )


def foreign_webhook(info: WebhookInfo) -> Temporary:
    """Another program gets this bot's messages."""
    return Temporary(
        f"the bot's webhook is set to {info.site}: another program receives its messages",
        cure="stop that program, then open https://api.telegram.org/bot<token>/deleteWebhook once, with the bot's token in place "
        "of <token>; or give Ventanilla a bot of its own",
    )


@dataclass(slots=True, kw_only=True)
class Wanted:
    """The webhook that there should be."""

    url: str
    signing_key: bytes = field(repr=False)


class WebhookKeeper:
    """For one bot. Without `wanted` there is to be none: one of ours from before is taken away, another's is left alone."""

    def __init__(self, api: BotApi, wanted: Wanted | None = None) -> None:
        self._api = api
        self._wanted = wanted
        self._set_at: datetime | None = None
        self._bad_looks = 0
        self._off_until: datetime | None = None
        self._to_tell: Temporary | None = None

    def is_off(self, now: datetime) -> bool:
        """Whether updates are to be polled for now."""
        return self._wanted is None or (self._off_until is not None and now < self._off_until)

    def steps(self, progress: Progress, now: datetime) -> Iterator[Progress]:
        """See to the webhook; yields what must be in the store before Telegram is told. Raises Temporary for another's."""
        if self._wanted is None or self.is_off(now):
            return
        info = webhook_info(self._api)
        if info.url and not self._is_ours(info.url, progress):
            raise foreign_webhook(info)
        if self._set_at is None or info.url != self._wanted.url or info.allowed != frozenset(ALLOWED):
            if progress.webhook != self._wanted.url:
                yield replace(progress, webhook=self._wanted.url)
            self._set(self._wanted, now)
        elif self._fails(info):
            self._go_off(info, now)

    def tell(self) -> None:
        """Raise, once, what is wrong with the webhook: what it held up has been fetched by now."""
        trouble, self._to_tell = self._to_tell, None
        if trouble is not None:
            raise trouble

    def remove_own(self, progress: Progress) -> bool:
        """Take away a webhook of ours that stands in the way of polling; whether there was one."""
        info = webhook_info(self._api)
        if not info.url or not self._is_ours(info.url, progress):
            return False
        self._api.call("deleteWebhook", {"drop_pending_updates": False})
        log.info("webhook_removed", site=info.site)
        return True

    def explain_conflict(self, refusal: Refusal) -> Temporary:
        """Why Telegram would not let us poll (409), and what cures it."""
        try:
            info = webhook_info(self._api)
        except Exception:  # whatever it is, the conflict is what matters
            info = None
        if info is not None and info.url:
            return foreign_webhook(info)
        return Temporary(
            f"another program asks {self._api.host} for the same bot's messages (409): each gets only some of them",
            cure="stop the other program (perhaps another installation of Ventanilla), or take a new token for this one: "
            "@BotFather, /revoke",
        )

    def _is_ours(self, url: str, progress: Progress) -> bool:
        mine = {progress.webhook} | ({self._wanted.url} if self._wanted is not None else set())
        return url in mine

    def _set(self, wanted: Wanted, now: datetime) -> None:
        values = {
            "url": wanted.url,
            "secret_token": webhook_secret(wanted.signing_key, self._api.bot),
            "allowed_updates": list(ALLOWED),
            "drop_pending_updates": False,
        }
        try:
            self._api.call("setWebhook", values)
        except Refusal as refusal:
            if refusal.code != 400:
                raise
            log.warning("webhook_refused", problem=refusal.words, polls_instead=True)
            self._off_until = now + TRY_AGAIN
            return
        self._set_at, self._bad_looks, self._off_until = now, 0, None

    def _fails(self, info: WebhookInfo) -> bool:
        """Whether something has been waiting while Telegram could not reach us, at two looks one after the other."""
        since = self._set_at
        is_bad = (
            info.waiting > 0
            and info.error_at is not None
            and since is not None
            and info.error_at >= since.replace(microsecond=0)
        )
        self._bad_looks = self._bad_looks + 1 if is_bad else 0
        return self._bad_looks >= _BAD_LOOKS

    def _go_off(self, info: WebhookInfo, now: datetime) -> None:
        self._api.call("deleteWebhook", {"drop_pending_updates": False})
        self._set_at, self._off_until = None, now + POLL_INSTEAD
        self._to_tell = Temporary(
            f"Telegram cannot deliver to {info.site}: {info.error} (messages held up: {info.waiting}, fetched by polling; "
            f"the webhook is tried again in {POLL_INSTEAD.total_seconds() / 60:g} minutes)",
            cure="make service.public_url reach the web process ([web] listen): certificate, proxy, firewall",
        )
