"""Notices to anything Apprise can reach. The address holds secrets, so a row names it by its place in the agent's list."""

from __future__ import annotations

from config.schema import Config
from ventanilla.channel import Outgoing, Sent
from ventanilla.errors import Permanent, Temporary


class AppriseSender:
    """Looks the address up in the configuration and sends title and text. A repeat sends again: Apprise knows no ids."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def send(self, outgoing: Outgoing) -> Sent:
        """Raises Permanent when the address is gone from the file or Apprise does not know its kind, Temporary when it fails."""
        import apprise

        target = apprise.Apprise()
        if not target.add(self._address(outgoing.recipient)):
            raise Permanent(f"Apprise does not understand the address {outgoing.recipient} of the notify list")
        if not target.notify(title=outgoing.subject, body=outgoing.text, body_format=apprise.NotifyFormat.TEXT):
            raise Temporary(f"Apprise could not reach {outgoing.recipient}")
        return Sent()

    def find(self, outgoing: Outgoing) -> Sent | None:
        """Cannot be looked up."""
        return None

    def close(self) -> None:
        """Nothing to let go of."""

    def _address(self, recipient: str) -> str:
        agent, _, index = recipient.partition("#")
        settings = self._config.agents.get(agent)
        if settings is None or not index.isdigit() or int(index) >= len(settings.notify):
            raise Permanent(f"{recipient} is no longer in the notify list of agent {agent}")
        return settings.notify[int(index)]
