"""What reading a mail needs to know of the house it arrived at. Plain values: no settings, no store, no clock."""

from __future__ import annotations

from dataclasses import dataclass

LOOP_HEADER = "X-Ventanilla-Loop"
REPLY_TO = "reply_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContext:
    """Addresses are in lower case.

    `own_addresses` are the channel's address and aliases. `forms` pairs a web form's From with where its customer stands
    (`reply_to`). `lists` are our own List-Ids. `staff_addresses` are our people's. `trusted_authserv` are the servers whose
    Authentication-Results count. `installation` is what our own automatic mail carries in `X-Ventanilla-Loop`.
    """

    own_addresses: frozenset[str] = frozenset()
    forms: tuple[tuple[str, str], ...] = ()
    lists: tuple[str, ...] = ()
    staff_addresses: frozenset[str] = frozenset()
    trusted_authserv: tuple[str, ...] = ()
    installation: str | None = None

    def is_form(self, address: str) -> bool:
        """Whether a web form of ours writes from this address."""
        return any(sender == address for sender, _ in self.forms)

    def is_own(self, address: str) -> bool:
        """Whether it is our own address, a plus-address of it included."""
        local, _, domain = address.rpartition("@")
        return address in self.own_addresses or f"{local.partition('+')[0]}@{domain}" in self.own_addresses
