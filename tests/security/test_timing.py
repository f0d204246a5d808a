"""Time tells nothing: who knows a key's public prefix learns no more from it than who made one up."""

import statistics
import time

import pytest

from server.kit import ids
from server.platform.access import admin
from server.store.api_keys import ApiKeys
from tests.security.stage import Wire
from tests.serving import SANDBOX, Running

_ROUNDS = 400
_TRIES = 3  # what leaks does so each time, and a machine that is busy does not
_ALIKE = 1.5  # a look-up that is left out would be a factor of three and more; a loaded machine is one of less


def made_up() -> str:
    """A key that nobody has."""
    return f"ck_test_{ids.secret(80)}_{ids.secret(260)}"


def forged(key: str) -> str:
    """A key with the prefix of another."""
    return f"{key.rpartition('_')[0]}_{ids.secret(260)}"


@pytest.mark.parametrize("state", ["active", "busy", "revoked"])
def test_an_unknown_prefix_costs_what_a_wrong_secret_costs(corridor: Running, state: str) -> None:
    client = corridor.client()
    if state == "revoked":
        admin.revoke_key(corridor.parts.store, corridor.parts.keys, client.key)
    ratios: list[float] = []
    with Wire(corridor.address) as wire, Wire(corridor.address) as owner:
        while len(ratios) < _TRIES and not (ratios and 1 / _ALIKE < ratios[-1] < _ALIKE):
            ratios.append(ratio(wire, client.key, owner if state == "busy" else None))

    assert 1 / _ALIKE < ratios[-1] < _ALIKE, f"unknown / wrong = {ratios}"


def ratio(wire: Wire, key: str, owner: Wire | None) -> float:
    """How much longer an unknown prefix takes than a wrong secret. What the key's owner does keeps it in the cache."""
    sides: dict[str, list[float]] = {"unknown": [], "wrong": []}
    for number in range(_ROUNDS):
        if owner is not None:
            owner.call([(b"authorization", b"Bearer " + key.encode())])
        shown = [("unknown", made_up()), ("wrong", forged(key))]
        for name, each in shown if number % 2 else reversed(shown):  # neither is always the first
            began = time.perf_counter()
            wire.call([(b"authorization", b"Bearer " + each.encode())])
            sides[name].append(time.perf_counter() - began)
    return statistics.median(sides["unknown"]) / statistics.median(sides["wrong"])


def test_whatever_is_wrong_asks_the_database_once(corridor: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    company_id = corridor.company()
    _, key = admin.create_key(corridor.parts.store, corridor.parts.keys, company_id, SANDBOX, "test")
    keys = ApiKeys(corridor.parts.store, corridor.parts.keyring.derived("api keys"), fresh_seconds=60.0)
    asked: list[str] = []
    look_up = ApiKeys._look_up

    def counted(self: ApiKeys, prefix: str) -> object:
        asked.append(prefix)
        return look_up(self, prefix)

    monkeypatch.setattr(ApiKeys, "_look_up", counted)
    found = []
    for shown in (key, key, forged(key), forged(key), made_up(), made_up()):
        asked.clear()
        keys.find(shown)
        found.append(len(asked))

    assert [1, 0, 1, 1, 1, 1] == found
