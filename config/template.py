"""Knows the short file that `ventanilla init` writes: it sends nothing, begins with new mail, keeps secrets in files."""

from __future__ import annotations

import json
from pathlib import Path

from config.claim_words import CLAIM, COMPLAINT
from config.durations import format_duration
from config.email import EmailSettings
from config.people import TeamSettings
from ventanilla.words import Kind

# Every setting there is, with its meaning.
EXAMPLE = Path(__file__).with_name("example.toml")

_SPANISH = """\
# Ventanilla: lo que hay que rellenar está marcado con <-. Después: `ventanilla check --connect`.
# Todos los ajustes, con explicaciones, están en config/example.toml.

[service]
name = {name}                 # <- lo leen los clientes al pie de cada texto
language = "es"               # es, en, ca, gl, eu
timezone = {timezone}

[channels.soporte]
kind = "email"
mode = "observe"              # toma el correo y lo reparte, pero no escribe a nadie; `ventanilla golive soporte` lo cambia
start = "now"                 # lo que ya está en el buzón no se toca: ni respuesta, ni aviso, ni plazo
team = "atencion"
address = {address}   # <- el buzón de los clientes
# <- un proveedor conocido (microsoft365, google, ionos, ovh, arsys, …) rellena los servidores: provider = "ionos"
imap = {{ host = "imap.example.com", password = {{ file = "secrets/soporte" }} }}   # <- la contraseña, sola, en secrets/soporte
smtp = {{ host = "smtp.example.com", user = {address}, password = {{ file = "secrets/soporte" }} }}
# acknowledge = {{ enabled = true, max_age = "{max_age}" }}   # el "lo hemos recibido", solo en modo live

# [channels.chat]             # un bot de Telegram; cómo se hace: docs/telegram.md
# kind = "telegram"
# team = "atencion"
# token = {{ file = "secrets/telegram" }}   # lo que da @BotFather, solo, en secrets/telegram
# SMS, WhatsApp y llamadas: otra tabla con kind = "twilio"; docs/twilio.md

[teams.atencion]
members = ["ana"]
duty = ["ana"]                # quien se queda lo que nadie más puede llevar: el primero que esté
# reopen_within = "{reopen}"        # un mensaje posterior abre otro caso

[agents.ana]                  # <- una tabla por persona
name = "Ana"
email = "ana@example.com"     # <- aquí le llegan los avisos; no puede ser el buzón de los clientes
calendar = "oficina"          # sin calendario, siempre de turno

[calendars.oficina]
hours = {{ mon-fri = ["09:00-14:00", "16:00-19:00"] }}
holidays = {{ country = "ES" }}     # <- con la comunidad, region = "MD": también sus festivos

# Quejas y reclamaciones: su plazo y su justificante según la ley; qué ley es la suya lo cuenta `ventanilla packs`.
[promises.reclamaciones]
applies_to = {{ kind = ["complaint", "claim"] }}
calendar = "oficina"
pack = "es-consumidores"      # <- o "es-ley-10-2025" (servicios básicos, grandes empresas); "none": ninguna

# Las que se conocen por sus palabras, en el asunto o en el texto; lo que se escape lo enseña `conversations --unclassified`.
{rules}"""

_ENGLISH = """\
# Ventanilla: what to fill in is marked with <-. Then: `ventanilla check --connect`.
# Every setting, with its meaning, is in config/example.toml.

[service]
name = {name}                 # <- customers read it under each text
language = "en"               # es, en, ca, gl, eu
timezone = {timezone}

[channels.support]
kind = "email"
mode = "observe"              # takes mail in and routes it, writes to nobody; `ventanilla golive support` changes that
start = "now"                 # what is in the mailbox already is left alone: no answer, no notice, no clock
team = "helpdesk"
address = {address}   # <- the customers' mailbox
# <- a known provider (microsoft365, google, ionos, ovh, …) fills the servers in: provider = "ionos"
imap = {{ host = "imap.example.com", password = {{ file = "secrets/support" }} }}   # <- the password alone, in secrets/support
smtp = {{ host = "smtp.example.com", user = {address}, password = {{ file = "secrets/support" }} }}
# acknowledge = {{ enabled = true, max_age = "{max_age}" }}   # "we have got it", in mode live only

# [channels.chat]             # a Telegram bot; how to make one: docs/telegram.md
# kind = "telegram"
# team = "helpdesk"
# token = {{ file = "secrets/telegram" }}   # what @BotFather gives, alone, in secrets/telegram
# SMS, WhatsApp and calls: a table of their own with kind = "twilio"; docs/twilio.md

[teams.helpdesk]
members = ["ana"]
duty = ["ana"]                # who holds what nobody else can take: the first who is present
# reopen_within = "{reopen}"        # a message after that is a new case

[agents.ana]                  # <- a table for each person
name = "Ana"
email = "ana@example.com"     # <- notices arrive here; it cannot be the customers' mailbox
calendar = "office"           # without a calendar: always on duty

[calendars.office]
hours = {{ mon-fri = ["09:00-18:00"] }}
# holidays = {{ country = "GB", region = "ENG" }}   # public holidays of a country and region

# [promises.claims]           # terms and receipts by law for complaints and claims: `ventanilla packs` tells which there are
# applies_to = {{ kind = ["complaint", "claim"] }}
# calendar = "office"
# pack = "es-consumidores"

# Complaints and claims, known by their words in subject or text; `conversations --unclassified` shows what may have slipped by.
{rules}"""


def secret_file(language: str = "es") -> str:
    """Where the template says that the mailbox's password is, relative to the file."""
    return "secrets/soporte" if language == "es" else "secrets/support"


def template(
    language: str = "es",
    *,
    name: str | None = None,
    timezone: str = "Europe/Madrid",
    address: str | None = None,
) -> str:
    """The commented ventanilla.toml to start from, in Spanish ("es") or else in English.

    It loads as it stands once the secret file that it names exists.
    """
    is_spanish = language == "es"
    return (_SPANISH if is_spanish else _ENGLISH).format(
        name=_quoted(name or ("Ferretería Sol" if is_spanish else "Sun Hardware")),
        timezone=_quoted(timezone),
        address=_quoted(address or ("soporte@example.com" if is_spanish else "support@example.com")),
        max_age=format_duration(EmailSettings.model_fields["acknowledge"].default.max_age),
        reopen=format_duration(TeamSettings.model_fields["reopen_within"].default),
        rules=_rules_on_words(),
    )


def _rules_on_words() -> str:
    """A claim or a complaint by its words; the expressions stand between single quotes, so that TOML leaves them alone."""
    rules = [
        f"[[rules]]\nwhen = {{ {where} = '{pattern}' }}\nthen = {{ kind = \"{kind}\" }}\n"
        for kind, pattern in ((Kind.CLAIM, CLAIM), (Kind.COMPLAINT, COMPLAINT))
        for where in ("subject", "text")
    ]
    return "\n".join(rules)


def _quoted(text: str) -> str:
    """A TOML text: JSON's quoting is valid TOML, but for U+007F."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
