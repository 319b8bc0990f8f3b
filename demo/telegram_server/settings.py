"""The methods that set a bot up: its webhook, which updates it wants, the commands that its menu shows."""

from __future__ import annotations

from demo.telegram_server.bots import Bot, Json, Webhook, without_nothing
from demo.telegram_server.errors import bad_request
from demo.telegram_server.parsing import Call


def set_webhook(bot: Bot, given: Call, now: int) -> bool:
    bot.webhook = Webhook(url=given.text("url"), secret=given.text("secret_token"))
    remember_allowed(bot, given)
    return _delete_pending(bot, given)


def delete_webhook(bot: Bot, given: Call, now: int) -> bool:
    bot.webhook = Webhook()
    return _delete_pending(bot, given)


def _delete_pending(bot: Bot, given: Call) -> bool:
    if given.text("drop_pending_updates").lower() in ("true", "1"):
        bot.drop_pending()
    bot.ring()
    return True


def webhook_info(bot: Bot, given: Call, now: int) -> Json:
    hook = bot.webhook
    return {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": bot.pending,
        **without_nothing(last_error_date=hook.last_error_at or None, last_error_message=hook.last_error),
        **without_nothing(allowed_updates=list(bot.allowed)),
    }


def set_commands(bot: Bot, given: Call, now: int) -> bool:
    commands = given.document("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse BotCommands JSON object")
    bot.commands[_scope(given)] = commands
    return True


def get_commands(bot: Bot, given: Call, now: int) -> list[Json]:
    return bot.commands.get(_scope(given), [])


def delete_commands(bot: Bot, given: Call, now: int) -> bool:
    bot.commands.pop(_scope(given), None)
    return True


def remember_allowed(bot: Bot, given: Call) -> None:
    """The list stays in force until another is sent; an empty one is the usual again. Raises ApiError."""
    allowed = given.document("allowed_updates")
    if allowed is not None:
        bot.allowed = tuple(allowed)


def _scope(given: Call) -> str:
    """Commands are kept for each language, and for each sort of chat."""
    scope = given.document("scope") or {"type": "default"}
    return f"{scope.get('type')}/{scope.get('chat_id', '')}/{given.text('language_code')}"
