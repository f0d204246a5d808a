"""The canary: what is sensitive never lies about in the clear, wherever it came in and whatever became of it.

A secret, a PAN, an IBAN, an SSN, a document number and a token are planted in every text of every RPC and in what
providers answer; then everything that is stored, logged, traced, measured, told and sent is searched for them.
"""

import base64
import json

import psycopg

from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from tests.canary import searching
from tests.canary.world import World


def test_no_planted_value_is_anywhere_in_the_clear(world: World) -> None:
    found = world.search()

    print(f"{world.accepted} calls accepted, {world.refused} refused")
    assert [] == found.places()


def test_enough_was_planted_to_be_found(world: World) -> None:
    assert len(world.planted) >= 25
    assert world.accepted > 100
    assert world.refused > 100
    assert len(world.hook.received) > 10
    assert len(world.exporter.get_finished_spans()) > 100
    assert world.log.getvalue().count("\n") > 10


def test_the_owner_gets_what_was_planted_back(world: World) -> None:
    listed = world.flow.client.call("BeneficiaryService/ListBeneficiaries", beneficiaries.ListBeneficiariesRequest())

    assert set(world.canaries.values()) <= {each.party.person.given_name for each in listed.beneficiaries}
    assert {world.canaries["iban"]} == {each.bank_account.iban.iban for each in listed.beneficiaries}


def test_a_value_in_a_column_that_is_not_sealed_is_found(world: World) -> None:
    shapes = {
        "as_it_is": lambda canary: canary,
        "in_hexadecimal": lambda canary: canary.encode().hex(),
        "in_base64": lambda canary: base64.b64encode(f"{{'said': {canary!r}}}".encode()).decode(),
        "spaced": " ".join,
        "in_another_case": str.lower,
        "inside": lambda canary: f"x{canary}y",
    }
    search = searching.Search(world.canaries)
    with psycopg.connect(world.corridor.parts.store.url) as connection:
        columns = ", ".join(f"{name} text, {name}_bytes bytea" for name in shapes)
        connection.execute(f"CREATE TABLE corridor.in_the_clear ({columns})")
        for canary in world.canaries.values():
            texts = [shape(canary) for shape in shapes.values()]
            values = [value for text in texts for value in (text, text.encode())]
            holders = ", ".join(["%s"] * len(values))
            connection.execute(f"INSERT INTO corridor.in_the_clear VALUES ({holders})", values)
        connection.commit()
        try:
            search.tables(world.corridor.parts.store.url)
        finally:
            connection.execute("DROP TABLE corridor.in_the_clear")
            connection.commit()

    for kind in world.canaries:
        for column in [*shapes, *(f"{name}_bytes" for name in shapes)]:
            assert f"{kind} in corridor.in_the_clear.{column}" in search.found


def test_a_value_in_a_log_line_a_span_or_an_answer_is_found(world: World) -> None:
    canary = world.canaries["document"]
    search = searching.Search(world.canaries)

    search.look("log", json.dumps({"event": "x", "said": canary}))
    search.look("list", ["a", [canary.encode()]])
    search.look("other", "nothing")

    assert ["document in list", "document in log"] == search.places()
