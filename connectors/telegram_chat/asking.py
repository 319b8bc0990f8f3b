"""One question to the Bot API by somebody who keeps no connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.secrets import Secret
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.troubles import TROUBLES, explain


def ask_once(
    token: Secret, api_url: str | None, method: str, values: Mapping[str, Any], *, where: str = "staff.telegram.token"
) -> Any:
    """What Telegram answers. Raises Temporary, LoginRefused."""
    api = BotApi(token, api_url, where=where)
    try:
        return api.call(method, values)
    except TROUBLES as trouble:
        raise explain(trouble, host=api.host, where=where) from None
    finally:
        api.close()
