"""What can go wrong between us and Telegram, and what it means in Ventanilla's own errors; knows no library."""

from __future__ import annotations

from collections.abc import Sequence

from ventanilla.errors import Ambiguous, LoginRefused, Permanent, Temporary, Unwelcome, VentanillaError


class Refusal(Exception):
    """Telegram answered, and the answer is no. `words` are its own, on one line and without the token."""

    def __init__(self, code: int, words: str, *, retry_after: float | None = None, new_chat: int | None = None) -> None:
        self.code, self.words, self.retry_after, self.new_chat = code, words, retry_after, new_chat
        super().__init__(f"{code}: {words}")


class NoAnswer(Exception):
    """No answer that can be read. `arrived` is whether Telegram may have got the request."""

    def __init__(self, words: str, *, arrived: bool) -> None:
        self.words, self.arrived = words, arrived
        super().__init__(words)


_NOT_THERE = (
    "chat not found",
    "peer_id_invalid",
    "user not found",
    "not enough rights",
    "no rights to send",
    "chat_write_forbidden",
)
_START = "they must open the bot's chat and press start; until then reach them another way"
_WHY = (
    ("blocked by the user", "they have blocked the bot", "they must unblock it; until then reach them another way"),
    ("deactivated", "their Telegram account has been deleted", "reach them another way"),
    ("initiate conversation", "they have never pressed start in the bot's chat", _START),
    ("to bots", "that is a bot, and bots cannot write to each other", "reach them another way"),
    ("kicked", "the bot was removed from that group", "let somebody of the group add it again"),
    ("not a member", "the bot is not in that group", "let somebody of the group add it again"),
    ("rights", "the bot may not write in that group", "let its administrator allow it"),
    ("write_forbidden", "the bot may not write in that group", "let its administrator allow it"),
    ("", "Telegram knows no chat of the bot with them: they never pressed start, or their account is gone", _START),
)

TROUBLES = (Refusal, NoAnswer)


def explain(trouble: Refusal | NoAnswer, *, host: str, where: str) -> VentanillaError:
    """The error to raise for anything but sending. `where` is the setting that holds the token."""
    if isinstance(trouble, NoAnswer):
        return Temporary(f"{host} {trouble.words}", cure="check api_url, this machine's network and its DNS")
    if trouble.code in (401, 404):
        return refused_token(host=host, where=where)
    if trouble.retry_after is not None:
        return wait_first(trouble, host)
    return Temporary(f"{host} answered {trouble.code}: {trouble.words}")


def explain_sending(trouble: Refusal | NoAnswer, *, host: str, where: str) -> VentanillaError:
    """The error to raise for something that was to be sent: certain whether it went out, or Ambiguous."""
    if isinstance(trouble, NoAnswer):
        if trouble.arrived:
            return Ambiguous(f"{host} did not say whether it took the message: {trouble.words}")
        return Temporary(f"{host} {trouble.words}", cure="check this machine's network and its DNS")
    if trouble.code in (401, 404):
        return refused_token(host=host, where=where)
    if trouble.retry_after is not None:
        return wait_first(trouble, host)
    if is_unwelcome(trouble):
        words, cure = _why_unwelcome(trouble.words)
        return Unwelcome(f"{words} ({host} says: {trouble.words})", cure=cure)
    if trouble.code >= 500 and trouble.code != 503:
        return Ambiguous(f"{host} answered {trouble.code}: it may have taken the message")
    if trouble.code in (408, 409, 425, 429, 503):
        return Temporary(f"{host} answered {trouble.code}: {trouble.words}")
    return Permanent(f"{host} refused it: {trouble.words}", cure="reach them another way")


def is_unwelcome(refusal: Refusal) -> bool:
    """Whether this chat takes nothing from the bot, whatever it is."""
    said = refusal.words.lower()
    return refusal.code == 403 or (refusal.code == 400 and any(words in said for words in _NOT_THERE))


def stopped_midway(error: Exception, parts: Sequence[str], *, of: int) -> Exception:
    """The same error about a message whose first parts went out: what is tried again goes on after them, and what is not says
    so."""
    if isinstance(error, Temporary):
        error.parts = tuple(parts)
    elif isinstance(error, LoginRefused):  # found again, and told, when the rest is tried
        return Temporary(str(error), cure=error.cure, parts=parts)
    elif isinstance(error, Permanent):
        return type(error)(f"{len(parts)} of its {of} parts went out, then: {error}", cure=error.cure)
    return error


def _why_unwelcome(said: str) -> tuple[str, str]:
    """In plain words, with what can be done."""
    return next((why, cure) for words, why, cure in _WHY if words in said.lower())


def refused_token(*, host: str, where: str) -> LoginRefused:
    """A token that is wrong, revoked, or not for this server."""
    cure = f"in @BotFather choose /mybots, the bot, API Token; put that token where {where} points. Nothing needs a restart"
    if host != "api.telegram.org":
        cure += f". See too that {host} (api_url) is a Bot API server"
    return LoginRefused(f"{host} refused the bot's token", cure=cure)


def wait_first(refusal: Refusal, host: str) -> Temporary:
    """Telegram says how long to leave it alone."""
    seconds = refusal.retry_after or 1.0
    return Temporary(f"{host} asks us to wait {seconds:g} s (too many requests)", retry_after=seconds)
