"""Where credentials come from: what one hand made is one hand, over any number of steps."""

from dataclasses import replace

import pytest

from corridor.access.v1 import api_key_service_pb2 as api
from corridor.options.v1 import method_pb2
from server.kit.context import Caller, Context
from server.platform.access import lineage
from tests.server import people
from tests.server.platform.api_keys import LIST, SERVICE, make, rotate
from tests.serving import SANDBOX, Client, Running


def same(corridor: Running, client: Client, one: str, other: str) -> bool:
    """Whether two callers of the client's company are one."""
    with people.rows(corridor, client) as rows:
        return lineage.same_origin(rows, context_of(corridor, client), one, other)


def context_of(corridor: Running, client: Client) -> Context:
    """The context of a call of the client's."""
    caller, _ = corridor.parts.keys.caller(client.key)
    return Context("r", "r", caller=caller)


def own_id(client: Client) -> str:
    """The id of the client's own key, the first of its company."""
    return str(client.call(f"{SERVICE}/ListApiKeys", LIST).api_keys[-1].api_key_id)


def test_keys_of_the_operator_are_of_different_hands(corridor: Running) -> None:
    company_id = corridor.company()
    one, other = corridor.client(company_id), corridor.client(company_id)
    first, second = (context_of(corridor, client).who.caller_id for client in (one, other))

    assert not same(corridor, one, first, second)
    assert same(corridor, one, first, first)


@pytest.mark.parametrize("steps", [1, 3])
def test_a_key_and_what_came_of_it_are_one(corridor: Running, steps: int) -> None:
    client = corridor.client()
    made, maker = make(client, scopes=["keys:manage", "keys:read"]), own_id(client)
    for _ in range(steps - 1):
        made = make(Client(corridor.address, made.secret), scopes=["keys:manage", "keys:read"])

    assert same(corridor, client, maker, made.api_key.api_key_id)
    assert same(corridor, client, made.api_key.api_key_id, maker)


def test_two_keys_of_one_maker_are_one(corridor: Running) -> None:
    client = corridor.client()

    assert same(corridor, client, make(client).api_key.api_key_id, make(client).api_key.api_key_id)


def test_a_key_and_its_successor_are_one(corridor: Running) -> None:
    company_id = corridor.company()
    client, other = corridor.client(company_id), corridor.client(company_id)
    old = context_of(corridor, client).who.caller_id

    new = rotate(other, old).api_key.api_key_id

    assert same(corridor, client, old, new)
    assert same(corridor, client, new, context_of(corridor, other).who.caller_id)  # who rotated it has its secret


def test_a_key_is_of_the_person_who_made_it(corridor: Running) -> None:
    client = corridor.client()
    person = Caller(method_pb2.CALLER_KIND_USER, "oc_app", "co", SANDBOX, subject="mem_a")

    assert "mem_a" == lineage.maker(person)
    assert "oc_app" == lineage.maker(replace(person, kind=method_pb2.CALLER_KIND_OAUTH_CLIENT, subject=""))
    key = make(client).api_key.api_key_id
    with people.rows(corridor, client) as rows:
        rows.execute("UPDATE corridor.api_keys SET created_by = 'mem_a' WHERE api_key_id = %s", (key,))
    assert same(corridor, client, key, "mem_a")
    assert not same(corridor, client, key, "mem_b")


def test_what_keeps_no_maker_itself_is_kept_here(corridor: Running) -> None:
    client = corridor.client()
    context = context_of(corridor, client)
    with people.rows(corridor, client) as rows:
        lineage.made(rows, context, "oc_made")

    assert same(corridor, client, "oc_made", context.who.caller_id)
    assert not same(corridor, client, "oc_made", "oc_other")


def test_nothing_is_known_across_companies(corridor: Running) -> None:
    client, stranger = corridor.client(), corridor.client()
    made = make(client).api_key.api_key_id

    assert same(corridor, client, own_id(client), made)
    assert not same(corridor, stranger, own_id(client), made)


def test_a_revoked_key_keeps_its_maker(corridor: Running) -> None:
    client = corridor.client()
    made = make(client).api_key.api_key_id
    client.call(f"{SERVICE}/RevokeApiKey", api.RevokeApiKeyRequest(api_key_id=made))

    assert same(corridor, client, own_id(client), made)
