"""What can go wrong between us and Telegram, and what it means in Ventanilla's own errors; knows no library."""

from __future__ import annotations

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
    if trouble.code == 403 or "chat not found" in trouble.words.lower():
        return Unwelcome(
            f"{host} refused it: {trouble.words}",
            cure="they must open the bot's chat and press start; until then reach them another way",
        )
    if trouble.code >= 500 and trouble.code != 503:
        return Ambiguous(f"{host} answered {trouble.code}: it may have taken the message")
    if trouble.code in (408, 409, 425, 429, 503):
        return Temporary(f"{host} answered {trouble.code}: {trouble.words}")
    return Permanent(f"{host} refused it: {trouble.words}")


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
