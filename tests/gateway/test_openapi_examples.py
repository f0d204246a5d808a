"""Examples come from exchanges that ran, and still fit; what was not recorded is on a list with its reason."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway.contract import Contract
from gateway.openapi import document
from gateway.openapi.recorded import EVENTS, FOLDER, Recorded
from tests.journeys.test_tour import NOT_ON_THE_TOUR

Json = dict[str, Any]

# Answers of a standard, or pages for browsers: what comes out is in the standard, not in a message.
RAW = "default"
# Events that need days, or a provider that fails, are made from the contract.
EVENTS_AT_LEAST = 30


@pytest.fixture(scope="module")
def api(contract: Contract) -> Json:
    """The document of the contract."""
    return document(contract)


def operations(api: Json) -> dict[str, Json]:
    return {op["operationId"]: op for item in api["paths"].values() for op in item.values()}


def test_every_operation_was_recorded_or_says_why_not(api: Json) -> None:
    wanted = {name for name, op in operations(api).items() if RAW not in op["responses"]}

    missing = wanted - Recorded.load().operation_ids

    assert missing <= NOT_ON_THE_TOUR.keys(), "walk the tour again: CORRIDOR_RECORD=1, see tests/journeys/test_tour.py"


def test_every_operation_that_takes_something_or_answers_shows_it(api: Json) -> None:
    bare = {name for name, op in operations(api).items() if not exampled(op["parameters"])
            and not exampled(op.get("requestBody")) and not exampled(success(op))}  # fmt: skip

    # One server asks the other (RFC 6749, 4.1.3); and a browser comes back from the provider with nothing to say.
    assert {"RedeemTestProviderCode", "SignOut"} == bare


def success(operation: Json) -> list[Json]:
    return [answer for status, answer in operation["responses"].items() if status.startswith("2")]


def exampled(value: Any) -> bool:
    """Whether there is an example anywhere inside."""
    if isinstance(value, list):
        return any(map(exampled, value))
    return isinstance(value, dict) and ("example" in value or "examples" in value or exampled([*value.values()]))


def test_nothing_is_recorded_of_what_is_gone(api: Json) -> None:
    recorded = Recorded.load()

    assert set() == recorded.operation_ids - operations(api).keys()
    assert set() == recorded.event_types - api["webhooks"].keys()
    assert EVENTS_AT_LEAST <= len(recorded.event_types)


def test_recorded_parameters_fit(api: Json) -> None:
    whole = {"components": api["components"]}
    for path in FOLDER.glob("*.json"):
        for name, exchange in json.loads(path.read_text()).items() if path.stem != EVENTS else ():
            known = {p["name"]: p["schema"] for p in operations(api)[name]["parameters"] if "name" in p}
            for key, value in {**exchange.get("path", {}), **exchange.get("query", {})}.items():
                jsonschema.validate(value, {**known[key], **whole}, cls=jsonschema.Draft202012Validator)


def secrets_in(path: Path) -> list[str]:
    """What only a machine or a credential would have."""
    text = path.read_text()
    told = ("127.0.0.1", "localhost", "/tmp/", "ck_test_c")
    return [*(word for word in told if word in text), *re.findall(r"eyJ[\w-]{30,}", text)]  # a token says all of it


def test_recordings_hold_nothing_of_the_machine_they_ran_on() -> None:
    assert [] == [(path.name, found) for path in FOLDER.glob("*.json") if (found := secrets_in(path))]
