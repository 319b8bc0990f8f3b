"""`twilio setup`: what to paste at the provider for a channel's numbers, and what each of them can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput, Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.twilio import TwilioSettings
    from connectors.twilio_phone.numbers import OwnNumber
    from connectors.twilio_phone.setup import Step


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    group = typer.Typer(no_args_is_help=True, help="Numbers for SMS, MMS, WhatsApp and calls.")
    group.callback()(group_help)
    group.command("setup")(setup)
    app.add_typer(group, name="twilio")


def group_help() -> None:
    """Numbers for SMS, MMS, WhatsApp and calls."""


def setup(channel: Annotated[str, typer.Argument(help="The channel's name in the file.")]) -> int:
    """Say what to paste at Twilio for each number, what is there now, and what each number can do. Changes nothing.

    Example: ventanilla twilio setup telefono
    """
    from connectors.registry import Place
    from connectors.twilio_phone.channel import what_it_has, what_to_paste
    from ventanilla.store.installation import Installation

    run = context()
    settings = _settings(run, channel)
    config, installation = run.loaded.config, Installation(instance="", signing_key=b"")
    place = Place(name=channel, config=config, installation=installation, since=run.now())
    has: Sequence[OwnNumber] | None = None
    problem: Permanent | Temporary | None = None
    try:
        has = what_it_has(settings)
    except (Permanent, Temporary) as error:
        problem = error
    steps, bin_ = what_to_paste(settings, place, has)
    if run.as_json:
        run.print_json(_as_json(settings, config.service.public_url, has, steps, bin_, problem))
    else:
        typer.echo("\n".join(_page(settings, config.service.public_url, has, steps, bin_)))
        if problem is not None:
            typer.echo(
                f"\nthe numbers could not be asked for: {problem}\n  cure: {problem.cure or 'try again'}", err=True
            )
    return 0 if problem is None else 3


def _settings(run: Context, channel: str) -> TwilioSettings:
    from config.twilio import TwilioSettings

    channels = run.loaded.config.channels
    found = channels.get(channel)
    if isinstance(found, TwilioSettings):
        return found
    ours = ", ".join(name for name, one in channels.items() if isinstance(one, TwilioSettings)) or "none"
    what = "there is no such channel" if found is None else f'its kind is "{found.kind}"'
    raise BadInput(f"{run.config_path}: channels.{channel}: {what}; channels of kind twilio: {ours}")


def _as_json(
    settings: TwilioSettings,
    public_url: str | None,
    has: Sequence[OwnNumber] | None,
    steps: Sequence[Step],
    bin_: str | None,
    problem: Permanent | Temporary | None,
) -> dict[str, Any]:
    return {
        "account": settings.account_sid,
        "public_url": public_url,
        "numbers": [{"number": number, **_known(number, has)} for number in settings.numbers],
        "whatsapp": list(settings.whatsapp),
        "paste": [step.as_json() for step in steps],
        "twiml_bin": bin_,
        "problem": None if problem is None else str(problem),
        "cure": None if problem is None else problem.cure,
    }


def _known(number: str, has: Sequence[OwnNumber] | None) -> dict[str, Any]:
    """What is known of one number; `ours` is null when the account could not be asked."""
    if has is None:
        return {"ours": None, "can": []}
    own = next((each for each in has if each.number == number), None)
    return {"ours": own is not None, "can": [] if own is None else list(own.can)}


def _page(
    settings: TwilioSettings,
    public_url: str | None,
    has: Sequence[OwnNumber] | None,
    steps: Sequence[Step],
    bin_: str | None,
) -> list[str]:
    from ventanilla.phones import spell_number

    lines = [f"Account {settings.account_sid}", ""]
    for number in settings.numbers:
        known = _known(number, has)
        said = {None: "not asked", True: "can: " + (", ".join(known["can"]) or "nothing"), False: "NOT of this account"}
        lines.append(f"  {spell_number(number)}  {said[known['ours']]}")
    lines += [f"  {spell_number(number)}  WhatsApp" for number in settings.whatsapp]
    if public_url is None:
        lines += [
            "",
            "There is no service.public_url: messages are found by asking, and nothing is to be pasted for them.",
        ]
    if steps and bin_ is None:
        lines += ["", "In Twilio's console (Phone Numbers, Active numbers; Messaging, Senders), paste:"]
        lines += [line for step in steps for line in _step(step)]
    if bin_ is not None:
        lines += [
            "",
            "So that voicemail works, make a TwiML Bin (Twilio's console, TwiML Bins) with this in it:",
            "",
            bin_,
            "",
        ]
        lines += [f'and choose it under "A call comes in" of {", ".join(step.number for step in steps)}.']
    return lines


def _step(step: Step) -> list[str]:
    if step.is_done:
        state = "   (it is there)"
    else:
        state = "" if step.now is None else f"   (now: {step.now or 'empty'})"
    return ["", f"  {step.number}  {step.where}", f"    {step.paste}{state}"]
