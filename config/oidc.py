"""Knows the settings of an OpenID Connect provider by which our people come in. Reaches nobody."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from config.base import Settings
from config.plain import plain_error
from config.secrets import Secret
from config.values import Text, Unique, Url


def _asks_who(scopes: tuple[str, ...]) -> tuple[str, ...]:
    if "openid" not in scopes:
        raise plain_error('"openid" must be among them: without it the provider says nothing of who comes')
    return scopes


class OidcSettings(Settings):
    """[web.oidc]. `claim` names what in the provider's answer is the e-mail address of one of our agents; "email" only counts where
    the provider says that it is verified. `name` is what the button is called."""

    issuer: Url
    client_id: Text
    client_secret: Secret | None = None
    scopes: Annotated[tuple[Text, ...], Unique, AfterValidator(_asks_who)] = ("openid", "email", "profile")
    claim: Text = "email"
    name: str = ""

    @property
    def label(self) -> str:
        """What our people know the provider by."""
        return self.name or urlsplit(self.issuer).hostname or self.issuer
