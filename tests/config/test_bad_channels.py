"""Mistakes in a channel, each with the exact words that the admin reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.toml_files import problems_of, said, spoilt, write

IMAP = 'imap = { host = "imap.example.com", port = 993, password = { file = "secrets/soporte" } }'
BOT = '[channels.b]\nkind = "telegram"\nteam = "atencion"\ntoken = "42:AA-x"\n'
SECOND = '[channels.b]\nkind = "email"\nteam = "atencion"\naddress = "b@example.com"\n'
ADDRESS = 'address = "soporte@example.com"'

CASES: list[tuple[str, str, list[str]]] = [
    (ADDRESS, "address = 5", ['channels.soporte.address: expected one mail address such as "ana@example.com", got 5']),
    (
        ADDRESS,
        ADDRESS + '\naliases = ["soporte@example.com"]',
        ["channels.soporte.aliases[1]: is the same as `address`"],
    ),
    (
        "",
        SECOND + 'provider = "outlook"\noauth2 = { client_id = "x", token_url = "http://id.example.com/t" }',
        ["channels.b.oauth2.token_url: would send secrets to id.example.com in the clear; use https"],
    ),
    ("port = 993", 'port = "imap"', ['channels.soporte.imap.port: expected 1 to 65535, got "imap"']),
    ("port = 993", "port = 0", ["channels.soporte.imap.port: expected 1 to 65535, got 0"]),
    ("port = 993", "port = 70000", ["channels.soporte.imap.port: expected 1 to 65535, got 70000"]),
    ("port = 993", "port = true", ["channels.soporte.imap.port: expected 1 to 65535, got true"]),
    ("port = 993", "port = 99.5", ["channels.soporte.imap.port: expected 1 to 65535, got 99.5"]),
    ("port = 993", "prot = 993", ["channels.soporte.imap.prot: unknown key `prot`; did you mean `port`?"]),
    ('kind = "email"', 'kind = "e-mail"', ['channels.soporte.kind: unknown kind "e-mail"; did you mean "email"?']),
    ('kind = "email"\n', "", ["channels.soporte.kind: is required: one of email, telegram, twilio"]),
    ('kind = "email"', "kind = 5", ["channels.soporte.kind: unknown kind 5; known here: email, telegram, twilio"]),
    (
        'kind = "email"',
        'kind = "email"\nmode = "live!"',
        ['channels.soporte.mode: expected "observe", "internal" or "live", got "live!"'],
    ),
    (
        'kind = "email"',
        'kind = "email"\nmode = 3',
        ['channels.soporte.mode: expected "observe", "internal" or "live", got 3'],
    ),
    (
        'team = "atencion"\n',
        "",
        ['channels.soporte.team: is required: the team that answers here, such as team = "atencion"'],
    ),
    (
        'team = "atencion"',
        'team = "atencio"',
        ['channels.soporte.team: unknown team "atencio"; did you mean "atencion"?'],
    ),
    ('team = "atencion"', "team = 7", ["channels.soporte.team: expected a text, got 7"]),
    (
        ADDRESS,
        'address = "soporte"',
        ['channels.soporte.address: expected one mail address such as "ana@example.com", got "soporte"'],
    ),
    (
        ADDRESS,
        'address = "Sol <s@example.com>"',
        ['channels.soporte.address: expected one mail address such as "ana@example.com", got "Sol <s@example.com>"'],
    ),
    (
        'address = "soporte@example.com"\n',
        "",
        ['channels.soporte.address: is required: what customers write to, such as address = "info@example.com"'],
    ),
    (
        ADDRESS,
        ADDRESS + '\nstart = "yesterday"',
        ['channels.soporte.start: expected "now", "unseen", "all" or a date such as 2026-11-01, got "yesterday"'],
    ),
    (
        ADDRESS,
        ADDRESS + "\nstart = 2026-11-01T10:00:00",
        [
            'channels.soporte.start: expected "now", "unseen", "all" or a date such as 2026-11-01, got 2026-11-01T10:00:00'
        ],
    ),
    (
        ADDRESS,
        ADDRESS + "\nstart = true",
        ['channels.soporte.start: expected "now", "unseen", "all" or a date such as 2026-11-01, got true'],
    ),
    (
        ADDRESS,
        ADDRESS + '\npoll = "60"',
        ['channels.soporte.poll: expected a duration such as "30s", "10m", "4h" or "3d", got "60"'],
    ),
    (
        ADDRESS,
        ADDRESS + "\npoll = 60",
        ['channels.soporte.poll: expected a duration such as "30s", "10m", "4h" or "3d", got 60'],
    ),
    (
        ADDRESS,
        ADDRESS + '\npoll = "0s"',
        ['channels.soporte.poll: expected a duration such as "30s", "10m", "4h" or "3d", got zero'],
    ),
    (ADDRESS, ADDRESS + "\nfolders = []", ["channels.soporte.folders: expected at least one, got none"]),
    (
        ADDRESS,
        ADDRESS + '\nfolders = "INBOX"',
        ['channels.soporte.folders: expected a list such as ["one", "two"], got a text'],
    ),
    (ADDRESS, ADDRESS + '\nfolders = ["A","A"]', ['channels.soporte.folders: "A" is written twice']),
    (
        ADDRESS,
        ADDRESS + '\nsave_sent = "yes"',
        ['channels.soporte.save_sent: expected "auto", true or false, got "yes"'],
    ),
    (ADDRESS, ADDRESS + '\nforms = [{ customer = "reply_to" }]', ["channels.soporte.forms[1].from: is required"]),
    (
        ADDRESS,
        ADDRESS + '\nforms = [{ from = "w@example.com", customer = "body" }]',
        ['channels.soporte.forms[1].customer: expected "reply_to", got "body"'],
    ),
    (
        ADDRESS,
        ADDRESS + '\nforms = { from = "w@example.com" }',
        ['channels.soporte.forms: expected a list such as ["one", "two"], got a table'],
    ),
    (ADDRESS, ADDRESS + "\nacknowledge = true", ["channels.soporte.acknowledge: expected a table, got true or false"]),
    (
        ADDRESS,
        ADDRESS + '\nacknowledge = { enabled = "yes" }',
        ['channels.soporte.acknowledge.enabled: expected true or false, got "yes"'],
    ),
    (
        ADDRESS,
        ADDRESS + '\nlanguage = "fr"',
        ['channels.soporte.language: expected "es", "en", "ca", "gl" or "eu", got "fr"'],
    ),
    (
        ADDRESS,
        ADDRESS + '\nprovider = "microsoft"',
        ['channels.soporte.provider: unknown provider "microsoft"; did you mean "microsoft365"?'],
    ),
    (
        ADDRESS,
        ADDRESS + '\naliases = ["soporte@example.com"]',
        ["channels.soporte.aliases[1]: is the same as `address`"],
    ),
    (
        ADDRESS,
        ADDRESS + '\nsecurity = "none"',
        [
            'channels.soporte.imap.security: "none" sends everything in the clear; for imap.example.com use "tls" or "starttls"',
            'channels.soporte.smtp.security: "none" sends everything in the clear; for smtp.example.com use "tls" or "starttls"',
        ],
    ),
    (
        ADDRESS,
        ADDRESS + '\nsecurity = "ssl"',
        ['channels.soporte.security: expected "tls", "starttls" or "none", got "ssl"'],
    ),
    (IMAP, 'imap = "imap.example.com"', ["channels.soporte.imap: expected a table, got a text"]),
    (
        IMAP,
        'imap = { password = "x" }',
        ["channels.soporte.imap.host: is required: the server's name, unless `provider` fills it in"],
    ),
    (
        'imap = { host = "imap.example.com", port = 993, password = { file = "secrets/soporte" } }\n',
        "",
        ['channels.soporte.imap: is required: such as imap = { host = "imap.example.com", … }, or name a `provider`'],
    ),
    (
        IMAP,
        'imap = { host = "imap.example.com" }',
        ["channels.soporte.imap.password: is required, or `oauth2` in its place"],
    ),
    (
        IMAP,
        'imap = { host = "imap.example.com", password = 1234 }',
        ['channels.soporte.imap.password: expected { file = "/path" }, { env = "NAME" } or a text'],
    ),
    (
        IMAP,
        'imap = { host = "imap.example.com", password = { flie = "x" } }',
        ["channels.soporte.imap.password: unknown key `flie`; did you mean `file`?"],
    ),
    (
        IMAP,
        'imap = { host = "imap.example.com", password = { file = "x", env = "y" } }',
        ['channels.soporte.imap.password: expected { file = "/path" }, { env = "NAME" } or a text'],
    ),
    (
        IMAP,
        'imap = { host = "imap.example.com", password = { env = "NOT_SET_HERE" } }',
        ["channels.soporte.imap.password: the environment variable NOT_SET_HERE is not set"],
    ),
    (
        IMAP,
        'imap = { host = "imap.example.com", password = "" }',
        ["channels.soporte.imap.password: the secret is empty"],
    ),
    (
        IMAP,
        'imap = { host = "imap.example.com:993", password = "x" }',
        ['channels.soporte.imap.host: expected a host name such as "imap.example.com", got "imap.example.com:993"'],
    ),
    (
        IMAP,
        'imap = { host = "imap.example.com", password = "x", ca_file = "no.pem" }',
        ["channels.soporte.imap.ca_file: there is no file FOLDER/no.pem"],
    ),
    (
        "",
        '[channels.b]\nkind = "twilio"\nteam = "atencion"\naccount_sid = "AC1"\nauth_token = "t"\nnumbers = ["910000000"]',
        [
            'channels.b.account_sid: expected "AC" and 32 characters 0-9 a-f, got "AC1"',
            'channels.b.numbers[1]: expected a number with its country (E.164) such as "+34910000000", got "910000000"',
        ],
    ),
    (
        "",
        '[channels.b]\nkind = "twilio"\nteam = "atencion"\naccount_sid = "AC00000000000000000000000000000000"\nauth_token = "t"',
        ['channels.b: name at least one number, such as numbers = ["+34910000000"]'],
    ),
    ("", '[channels.b]\nkind = "telegram"\nteam = "atencion"', ["channels.b.token: is required"]),
    (
        "",
        BOT + BOT.replace("channels.b", "channels.c").replace("AA-x", "BB_y"),
        ['channels.c.token: this bot already belongs to channel "b"'],
    ),
    (
        "",
        BOT + '[staff]\ntelegram = { token = "42:BB_y" }',
        ['staff.telegram.token: is the bot of channel "b" too: customers and staff need a bot each'],
    ),
    (
        "",
        SECOND + 'imap = { host = "imap.example.com", user = "soporte@example.com", password = "x" }',
        [
            'channels.b.folders[1]: folder "INBOX" of soporte@example.com at imap.example.com already belongs to channel "soporte"'
        ],
    ),
    (
        "",
        SECOND.replace("b@", "soporte@") + 'imap = { host = "imap2.example.com", password = "x" }',
        ['channels.b.address: soporte@example.com already belongs to channel "soporte"'],
    ),
    (
        "",
        SECOND + 'provider = "microsoft365"\noauth2 = { client_id = "x", flow = "client_credentials" }',
        [
            'channels.b.oauth2.client_secret: is required for flow "client_credentials"',
            'channels.b.oauth2.tenant: is required for flow "client_credentials": the directory (tenant) id or its domain',
        ],
    ),
    (
        "",
        SECOND + 'imap = { host = "i.example.com" }\noauth2 = { client_id = "x" }',
        [
            "channels.b.oauth2.token_url: is required unless `provider` is one that has it: microsoft365, outlook, google",
            "channels.b.oauth2.device_url: is required unless `provider` is one that has it: microsoft365, outlook, google",
            'channels.b.oauth2.scopes: is required, such as ["https://outlook.office365.com/.default"]',
        ],
    ),
    (
        "",
        SECOND + 'mode = "live"\nimap = { host = "i.example.com", password = "x" }',
        ['channels.b.smtp: is required in mode "live": nothing could be sent'],
    ),
    (
        "",
        SECOND + 'sent_folder = "INBOX"\nimap = { host = "i.example.com", password = "x" }',
        ['channels.b.sent_folder: "INBOX" is also in `folders`: what we send would come in'],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_a_mistake_in_a_channel_is_told_in_plain_words(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    # given a good file with one mistake
    path = write(tmp_path, spoilt(old, new))
    # when it is read
    problems = problems_of(path)
    # then just that mistake is told
    assert said(problems) == [each.replace("FOLDER", str(tmp_path)) for each in expected]
