"""What the page on the API says is true of it: each address and code that it names is there, and each operation is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desk.api.problems import NOT_ALLOWED, NOT_FIT, NOT_THERE
from router.moves.refusals import REFUSALS
from tests.desk.api_house import ApiHouse, api_house
from ventanilla.store.engine import Store

PAGE = Path(__file__).parents[2] / "docs" / "desk" / "api.md"


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ApiHouse:
    return api_house(sqlite_store, tmp_path)


def test_every_operation_is_named_and_every_address_is_there(house: ApiHouse) -> None:
    with house.program(None) as stranger:
        answer = stranger.get("/openapi.json")
    paths = answer.json()["paths"]
    page = PAGE.read_text(encoding="utf-8")
    called = set(re.findall(r'"\$DESK(/[^"?]*)', page))
    asked = {re.sub(r"\$KEY", "{key}", path) for path in called}

    assert answer.status_code == 200
    assert asked <= set(paths)
    missing = [path for path in paths if f"/{path.rsplit('/', 1)[1].replace('{file_id}', 'ID')}`" not in page]
    assert [path for path in missing if not path.endswith("}")] == []


def test_operations_have_names_of_their_own_and_say_what_they_do(house: ApiHouse) -> None:
    with house.program(None) as stranger:
        document = stranger.get("/openapi.json").json()
    operations = [one for path in document["paths"].values() for one in path.values()]

    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names))
    assert all(one["description"] and one["security"] for one in operations)
    assert document["servers"] == [{"url": "/api/v1"}]
    refused = {name for name in ("422", "401", "429", "503") for one in operations if name not in one["responses"]}
    assert refused == set()


def test_each_refusal_with_a_status_of_its_own_is_one_that_there_is() -> None:
    assert set(REFUSALS) >= (NOT_ALLOWED | NOT_FIT | NOT_THERE)
