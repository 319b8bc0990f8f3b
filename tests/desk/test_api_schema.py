"""Whatever a program sends, it is answered as the OpenAPI document says and nothing breaks: schemathesis makes up the requests."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from desk.api.pace import Pace
from tests.desk.api_house import ApiHouse, Program, api_house, in_every_state
from ventanilla.store.engine import Store
from ventanilla.store.tables import messages, outbox

_KEPT = {"WriteBody": ("to", "name"), "TakeBody": ("name",), "AwayBody": ("to",)}
"""Fields that mean something else there."""
AGENTS = ["ana", "luis", "marta", "olga", "nobody"]


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ApiHouse:
    return api_house(sqlite_store, tmp_path, pace=Pace(clock=lambda: 0.0, burst=10**9))


@pytest.fixture
def programs(house: ApiHouse) -> Iterator[list[Program]]:
    """One of an agent, one of a supervisor, one of an auditor, one that may only look."""
    with (
        house.program("ana") as ana,
        house.program("marta", "read", "write", "admin") as marta,
        house.program("olga") as olga,
        house.program("luis", "read") as luis,
    ):
        yield [ana, marta, olga, luis]


def test_whatever_is_sent_is_answered_as_documented(house: ApiHouse, programs: list[Program]) -> None:
    _send_everything(house, programs, examples=2, at_least=8)


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_whatever_is_sent_at_length_is_answered_as_documented(house: ApiHouse, programs: list[Program]) -> None:
    # Which of the harder moves is ever allowed depends on the keys of the cases, which are random: 33 to 36 of them have been seen.
    _send_everything(house, programs, examples=40, at_least=25)


def _send_everything(house: ApiHouse, programs: list[Program], *, examples: int, at_least: int) -> None:
    import schemathesis  # here, since it takes a second and every worker reads this file

    keys = list(in_every_state(house).values())
    document = _pointed(programs[0].get("/openapi.json").json(), house, keys)
    checks = _checks()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.generation.update(with_security_parameters=False)
    asked: dict[str, set[int]] = {}
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        seen = asked.setdefault(operation.label, set())
        _try(operation, programs, seen, checks=checks, examples=examples)
    succeeded = {name for name, statuses in asked.items() if statuses & {200, 201}}
    assert len(asked) == sum(len(one) for one in document["paths"].values())
    assert len(succeeded) >= at_least, {one: asked[one] for one in sorted(set(asked) - succeeded)}


def _checks() -> list[Any]:
    from schemathesis.checks import load_all_checks, not_a_server_error
    from schemathesis.specs.openapi import checks

    load_all_checks()
    return [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]


def _try(operation: Any, programs: list[Program], seen: set[int], *, checks: list[Any], examples: int) -> None:
    @given(case=operation.as_strategy(), who=st.integers(0, len(programs) - 1))
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    def once(case: Any, who: int) -> None:
        response = _sent(programs[who], case)
        seen.add(response.status_code)
        case.validate_response(response, checks=checks)

    once()


def _sent(program: Program, case: Any) -> Any:
    wanted = case.as_transport_kwargs(base_url=str(program.base_url).rstrip("/"))
    kept = {name: wanted[name] for name in ("method", "url", "params", "json", "data") if wanted.get(name) is not None}
    headers = dict(wanted.get("headers") or {})
    if "data" in kept:
        kept["content"] = kept.pop("data")
    return program.request(**kept, headers=headers)


def _pointed(document: dict[str, Any], house: ApiHouse, keys: list[str]) -> dict[str, Any]:
    """The document with what exists in this house where a program would send what it had read, and nothing more than it says in the
    answers."""
    document = copy.deepcopy(document)
    numbers = [row.id for row in house.house.rows(messages)]
    there: dict[str, Any] = {
        "key": {"type": "string", "enum": [*keys, "K7M-Q2X-VTR", "nope"]},
        "name": {"type": "string", "enum": [*AGENTS, "me"]},
        "message": {"type": "integer", "enum": [*numbers, 999]},
        "outbox_id": {"type": "integer", "enum": [*(row.id for row in house.house.rows(outbox)), 999]},
        "channel": {"type": "string", "enum": ["soporte", "none"]},
        "file_id": {"type": "string", "enum": ["1-0", "2-0", "odd"]},
        "phone": {"type": "string", "enum": ["", "+34 600 11 12 22", "odd"]},
        "email": {"type": "string", "enum": ["", "eva@clientes.example", "odd"]},
    }
    there |= dict.fromkeys(("into", "case"), there["key"]) | dict.fromkeys(("to", "agent", "cover"), there["name"])
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter.get("in") == "path" and parameter["name"] in there:
                    parameter["schema"] = there[parameter["name"]]
    for name, schema in document["components"]["schemas"].items():
        if name == "WriteBody":
            schema["properties"]["to"] = {"type": "string", "enum": ["eva@clientes.example", "odd"]}
            schema["properties"]["cc"] = {"type": "array", "items": there["email"]}
        if name.endswith("Body"):
            kept = _KEPT.get(name, ())
            schema["properties"] |= {
                one: there[one] for one in schema["properties"] if one in there and one not in kept
            }
        elif "properties" in schema:
            schema["additionalProperties"] = False
    return document
