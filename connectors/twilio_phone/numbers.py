"""Knows how to ask which numbers an account has and what each can do; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.names import WHATSAPP
from connectors.twilio_phone.raw import Fields, text_of
from ventanilla.errors import LoginRefused, Permanent

_LIST, _KEY = "IncomingPhoneNumbers.json", "incoming_phone_numbers"
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNumber:
    """One number of the account's. The addresses are those that Twilio calls, empty where it calls nobody."""

    number: str
    can: tuple[str, ...]
    sms_url: str = ""
    voice_url: str = ""
    call_status_url: str = ""
    sms_application: str = ""
    voice_application: str = ""


def own_numbers(api: TwilioApi, number: str | None = None) -> Iterator[OwnNumber]:
    """The account's numbers, or that one of them. Raises Permanent where the server has no such list."""
    params = {"PageSize": "100"} | ({"PhoneNumber": number} if number else {})
    for page in api.pages(_LIST, _KEY, params):
        for fields in page:
            found = _number(fields)
            if number in (None, found.number):
                yield found


def require_number(api: TwilioApi, account: str) -> None:
    """Raises Permanent, naming what the account has, for a number that it does not have. WhatsApp senders are not in the
    list, and a server without that list is believed."""
    if account.startswith(WHATSAPP):
        return
    try:
        if any(True for _ in own_numbers(api, account)):
            return
        has = [each.number for each in own_numbers(api)]
    except LoginRefused:
        raise
    except Permanent:
        return
    raise Permanent(f"{account} is not a number of account {api.account_sid}", cure=_has(has))


def _has(numbers: list[str]) -> str:
    if not numbers:
        return "this account has no numbers at all: check account_sid, or buy one in Twilio's console"
    more = ", …" if len(numbers) > _MOST_NAMED else ""
    return f"name one that it has in `numbers`: {', '.join(numbers[:_MOST_NAMED])}{more}; or check account_sid"


def _number(fields: Fields) -> OwnNumber:
    capabilities = fields.get("capabilities")
    able = capabilities if isinstance(capabilities, dict) else {}
    return OwnNumber(
        number=text_of(fields, "phone_number"),
        can=tuple(name for name in ("sms", "mms", "voice") if able.get(name) or able.get(name.upper())),
        sms_url=text_of(fields, "sms_url"),
        voice_url=text_of(fields, "voice_url"),
        call_status_url=text_of(fields, "status_callback"),
        sms_application=text_of(fields, "sms_application_sid"),
        voice_application=text_of(fields, "voice_application_sid", "trunk_sid"),
    )
