"""Knows the settings of an outbound webhook: which program is told, what of, and with which secret it is signed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from config.base import Settings
from config.secrets import Secret
from config.values import AtLeastOne, OneOrMore, Text, Unique, Url

WebhookEvent = Literal[
    "case.created", "case.assigned", "case.replied", "case.resolved", "promise.warned", "promise.broken"
]
ALL_EVENTS: tuple[WebhookEvent, ...] = (
    "case.created",
    "case.assigned",
    "case.replied",
    "case.resolved",
    "promise.warned",
    "promise.broken",
)


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class WebhookSettings(Settings):
    """[webhooks.NAME]. While a secret changes there are two: each call carries a signature by each. Without `team` and `channel` it
    is told of every case; with `content` it gets subjects and texts too, which are customers' words."""

    url: Url
    secret: Annotated[tuple[Secret, ...], BeforeValidator(_as_list), AtLeastOne]
    events: Annotated[tuple[WebhookEvent, ...], OneOrMore, AtLeastOne, Unique] = ALL_EVENTS
    team: Annotated[tuple[Text, ...], OneOrMore, Unique] = ()
    channel: Annotated[tuple[Text, ...], OneOrMore, Unique] = ()
    content: bool = False
