"""Mistakes in the other tables and in names between tables, each with the exact words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.toml_files import problems_of, said, spoilt, write

CASES: list[tuple[str, str, list[str]]] = [
    *(
        (
            'timezone = "Europe/Madrid"',
            f'timezone = "Europe/Madrid"\npublic_url = "{url}"',
            [f'service.public_url: expected an address that starts with "https://" or "http://", got "{url}"'],
        )
        for url in ("https://[::1", "https://h:x", "ftp://h", "https://", "//h")
    ),
    *(
        (
            'timezone = "Europe/Madrid"',
            f'timezone = "Europe/Madrid"\npublic_url = "{url}"',
            ['service.public_url: expected only scheme, host and perhaps a path, such as "https://desk.example.com"'],
        )
        for url in ("https://h/?a=b", "https://user@h", "https://h/#x")
    ),
    *(
        (
            "",
            f'[web]\nlisten = "{address}"',
            [f'web.listen: expected host:port such as "127.0.0.1:8080", got "{address}"'],
        )
        for address in ("127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", ":8080")
    ),
    (
        'within = "1h"',
        'within = "an hour"',
        [
            'promises.normal.first_response.within: expected a duration such as "30s", "10m", "4h" or "3d", got "an hour"'
        ],
    ),
    (
        "target = 90",
        "target = 101",
        ["promises.normal.first_response.target: expected a percentage, 1 to 100, got 101"],
    ),
    (
        "target = 90",
        'target = "90%"',
        ['promises.normal.first_response.target: expected a percentage, 1 to 100, got "90%"'],
    ),
    (
        'first_response = { within = "1h", target = 90 }\n',
        "",
        ["promises.normal: promises nothing: set `first_response`, `next_response` or `resolution`"],
    ),
    (
        'first_response = { within = "1h", target = 90 }',
        'first_response = "1h"',
        ["promises.normal.first_response: expected a table, got a text"],
    ),
    (
        'pack = "none"',
        'pack = "es-consumidor"',
        ['promises.normal.pack: unknown pack "es-consumidor"; did you mean "es-consumidores"?'],
    ),
    (
        'first_response = { within = "1h", target = 90 }',
        'first_response = { within = "1h" }\nescalate = ["owner", "boss"]',
        ['promises.normal.escalate[2]: unknown agent "boss"; known here: ana, duty, luis, marta, owner, supervisors'],
    ),
    ('name = "Ferretería Sol"', 'name = ""', ['service.name: expected a text that is not empty, got ""']),
    ('name = "Ferretería Sol"', 'nmae = "x"', ["service.nmae: unknown key `nmae`; did you mean `name`?"]),
    (
        'timezone = "Europe/Madrid"',
        'timezone = "CET+1"',
        ['service.timezone: unknown time zone "CET+1"; did you mean "CET"?'],
    ),
    (
        'timezone = "Europe/Madrid"',
        "timezone = 1",
        ['service.timezone: expected a time zone such as "Europe/Madrid", got 1'],
    ),
    (
        'timezone = "Europe/Madrid"',
        'language = "fr"',
        ['service.language: expected "es", "en", "ca", "gl" or "eu", got "fr"'],
    ),
    (
        'timezone = "Europe/Madrid"',
        'public_url = "desk.example.com"',
        ['service.public_url: expected an address that starts with "https://" or "http://", got "desk.example.com"'],
    ),
    (
        "",
        '[[rules]]\nwhen = { subject = "(factura" }\nthen = { team = "atencion" }',
        ['rules[1].when.subject: not a regular expression: missing ) at character 9, got "(factura"'],
    ),
    (
        "",
        '[[rules]]\nwhen = { subject = "x" }',
        ['rules[1].then: is required: what it decides, such as then = { team = "atencion" }'],
    ),
    (
        "",
        '[[rules]]\nwhen = { subject = "x" }\nthen = {}',
        ["rules[1].then: decides nothing: set `team`, `kind`, `priority`, …"],
    ),
    (
        "",
        """[[rules]]
when = { channel = ["soport"], kind = "complaints" }
then = { team = "x", agent = "y", promise = "z", priority = "asap", kind = "?" }""",
        [
            'rules[1].when.kind: expected "query", "request", "complaint", "claim" or "suggestion", got "complaints"',
            'rules[1].when.channel[1]: unknown channel "soport"; did you mean "soporte"?',
            'rules[1].then.kind: expected "query", "request", "complaint", "claim" or "suggestion", got "?"',
            'rules[1].then.priority: expected "low", "normal", "high" or "urgent", got "asap"',
            'rules[1].then.team: unknown team "x"; known here: atencion',
            'rules[1].then.agent: unknown agent "y"; known here: ana, luis, marta',
            'rules[1].then.promise: unknown promise "z"; known here: normal',
        ],
    ),
    ("", "[rules]\nwhen = {}", ["rules: expected [[rules]], got a table"]),
    (
        "",
        '[[rules]]\nwhen = { open_hours = "madrid" }\nthen = { agent = "ana" }',
        ['rules[1].when.open_hours: expected true or false, got "madrid"'],
    ),
    (
        "",
        '[store]\nurl = "mysql://root:hunter2@localhost/db"',
        [
            'store.url: expected "sqlite", "sqlite:///file" or "postgresql+psycopg://user@host/database", got "mysql://…"'
        ],
    ),
    (
        "",
        '[queue]\nurl = "localhost:6379"',
        [
            (
                'queue.url: expected "embedded", "redis://host:6379/0", "rediss://…", "redis+sentinel://host:26379/NAME/0" '
                'or "unix:///socket", got "localhost:6379"'
            )
        ],
    ),
    ("", '[blobs]\nurl = "s3://bucket"', ['blobs.url: "s3" is not available in this version; available: "files"']),
    ("", "[web]\nlisten = 8080", ['web.listen: expected host:port such as "127.0.0.1:8080", got 8080']),
    ("", '[web]\nlisten = "8080"', ['web.listen: expected host:port such as "127.0.0.1:8080", got "8080"']),
    (
        "",
        '[retention]\nkeep = "for ever"',
        ['retention.keep: expected a duration such as "30s", "10m", "4h" or "3d", got "for ever"'],
    ),
    (
        "",
        '[retention]\nkeep = "18m"',
        ['retention.keep: expected at least "30d" (m is minutes; "30d", "26w", "5y"), got "18m"'],
    ),
    (
        "",
        '[retention]\nkeep = "30d"\nset_aside = "60d"',
        ['retention.set_aside: expected at most `keep` ("30d"): copies go with cases, got "60d"'],
    ),
    (
        "",
        '[staff]\nemail = { channel = "suport" }',
        ['staff.email.channel: unknown channel "suport"; did you mean "soporte"?'],
    ),
    ("", "[staff]\nemail = {}", ['staff.email: name a `channel` such as { channel = "soporte" }, or an `smtp` server']),
    (
        "",
        '[staff]\nemail = { smtp = { host = "s.example.com" } }',
        ["staff.email.address: is required beside `smtp`: the address that notices come from"],
    ),
    (
        "",
        '[staff]\ndigest_to = ["pedro"]\nnotify_when = "sometimes"\nnotice_body = "all"\nundo_send = -5',
        [
            'staff.digest_to[1]: unknown agent "pedro"; known here: ana, luis, marta',
            'staff.notify_when: expected "on_duty" or "always", got "sometimes"',
            'staff.notice_body: expected "excerpt" or "none", got "all"',
            'staff.undo_send: expected a duration such as "30s", "10m", "4h" or "3d", got -5',
        ],
    ),
    ("", '[staff]\ntelegram = "x:y"', ["staff.telegram: expected a table, got a text"]),
    ("", '[chanels.x]\nkind = "email"', ["chanels: unknown key `chanels`; did you mean `channels`?"]),
    ("[service]", 'include = ["x.toml"]\n[service]', ['include: there is no file "x.toml"']),
    (
        "[service]",
        'name = "x"\n[service]',
        [
            (
                "name: unknown key `name`; known here: agents, blobs, calendars, channels, include, promises, queue, "
                "reports, retention, rules, service, staff, …"
            )
        ],
    ),
    (
        "",
        '[channels]\nkind = "email"',
        ["channels: `kind` stands outside of a table with a name of yours, such as [channels.one]"],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_a_mistake_in_a_table_is_told_in_plain_words(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    # given a good file with one mistake
    path = write(tmp_path, spoilt(old, new))
    # when it is read
    problems = problems_of(path)
    # then just that mistake is told
    assert said(problems) == expected
