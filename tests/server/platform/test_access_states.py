"""The life of an API key over gRPC: pending, active, suspended, rotated, expired, revoked, and what each opens."""

from collections.abc import Callable

import pytest

from corridor.access.v1 import api_key_pb2
from corridor.access.v1 import api_key_service_pb2 as api
from corridor.payouts.v1 import payout_service_pb2 as payouts
from server.kit import ids
from server.platform.access.lifecycle import LIFECYCLE
from tests.server import people
from tests.server.platform.api_keys import LIST, SERVICE, at, change, make, rotate
from tests.serving import Client, Running


def refusal(corridor: Running, secret: str) -> str:
    """Why a read with a key is refused; empty if it is not."""
    client = Client(corridor.address, secret)
    try:
        return people.refused(client, f"{SERVICE}/ListApiKeys", LIST).reason
    except pytest.fail.Exception:
        return ""
    finally:
        client.close()


def expire(corridor: Running, client: Client, key: api_key_pb2.ApiKey) -> None:
    """Let a key's time be over."""
    with people.rows(corridor, client) as rows:
        query = "UPDATE corridor.api_keys SET expire_time = now() - interval '1 second' WHERE api_key_id = %s"
        rows.execute(query, (key.api_key_id,))
    corridor.parts.keys.forget(key.prefix)


def test_the_table_covers_every_state() -> None:
    states = {value.number for value in api_key_pb2.ApiKeyState.DESCRIPTOR.values if value.number}

    assert states == set(LIFECYCLE.table)


def test_a_pending_key_opens_nothing_until_it_is_activated(corridor: Running) -> None:
    client = corridor.client()
    made = make(client, pending=True)

    assert api_key_pb2.API_KEY_STATE_PENDING == made.api_key.state
    assert "CREDENTIAL_INACTIVE" == refusal(corridor, made.secret)

    assert api_key_pb2.API_KEY_STATE_ACTIVE == change(client, "Activate", made.api_key.api_key_id).state
    assert "" == refusal(corridor, made.secret)


def test_a_suspended_key_opens_nothing_until_it_is_resumed(corridor: Running) -> None:
    client = corridor.client()
    made = make(client)

    assert api_key_pb2.API_KEY_STATE_SUSPENDED == change(client, "Suspend", made.api_key.api_key_id).state
    assert "CREDENTIAL_INACTIVE" == refusal(corridor, made.secret)

    change(client, "Resume", made.api_key.api_key_id)
    assert "" == refusal(corridor, made.secret)


@pytest.mark.parametrize("verb", ["Activate", "Suspend", "Resume"])
def test_a_command_that_was_done_changes_nothing(corridor: Running, verb: str) -> None:
    client = corridor.client()
    made = make(client, pending=verb == "Activate")
    if verb == "Resume":
        change(client, "Suspend", made.api_key.api_key_id)

    assert change(client, verb, made.api_key.api_key_id) == change(client, verb, made.api_key.api_key_id)


def test_an_expired_key_is_told_so(corridor: Running) -> None:
    client = corridor.client()
    made = make(client, expire_time=at(hours=1))
    assert "" == refusal(corridor, made.secret)

    expire(corridor, client, made.api_key)

    assert "CREDENTIAL_EXPIRED" == refusal(corridor, made.secret)
    key = client.call(f"{SERVICE}/GetApiKey", api.GetApiKeyRequest(api_key_id=made.api_key.api_key_id)).api_key
    assert api_key_pb2.API_KEY_STATE_EXPIRED == key.state


def test_a_rotation_gives_a_new_key_like_the_old_one(corridor: Running) -> None:
    client = corridor.client()
    old = make(client, allowed_methods=["corridor.access.v1.ApiKeyService/*"], expire_time=at(days=9)).api_key

    made = rotate(client, old.api_key_id)

    assert old.api_key_id != made.api_key.api_key_id
    for name in ("title", "scopes", "allowed_methods", "expire_time", "environment"):
        assert getattr(old, name) == getattr(made.api_key, name)
    assert (old.api_key_id, made.api_key.api_key_id) == (made.api_key.replaces_id, made.replaced.replaced_by_id)


def test_both_keys_work_during_the_overlap_and_then_the_new_one_alone(corridor: Running) -> None:
    client = corridor.client()
    old = make(client)

    made = rotate(client, old.api_key.api_key_id, hours=2)

    assert api_key_pb2.API_KEY_STATE_ROTATED == made.replaced.state
    assert ["", ""] == [refusal(corridor, old.secret), refusal(corridor, made.secret)]
    expire(corridor, client, old.api_key)
    assert ["CREDENTIAL_EXPIRED", ""] == [refusal(corridor, old.secret), refusal(corridor, made.secret)]


def test_a_rotation_without_overlap_ends_the_old_key_at_once(corridor: Running) -> None:
    client = corridor.client()
    old = make(client)

    made = rotate(client, old.api_key.api_key_id, hours=0)

    assert api_key_pb2.API_KEY_STATE_EXPIRED == made.replaced.state
    assert ["CREDENTIAL_EXPIRED", ""] == [refusal(corridor, old.secret), refusal(corridor, made.secret)]


def test_an_overlap_never_makes_a_key_last_longer(corridor: Running) -> None:
    client = corridor.client()
    old = make(client, expire_time=at(hours=1)).api_key

    assert old.expire_time == rotate(client, old.api_key_id, hours=720).replaced.expire_time


def test_a_key_rotates_itself(corridor: Running) -> None:
    client = corridor.client()
    own = client.call(f"{SERVICE}/ListApiKeys", LIST).api_keys[0]

    made = rotate(client, own.api_key_id, hours=1)

    assert "" == refusal(corridor, made.secret)


def test_a_repeated_rotation_makes_one_key_and_shows_the_same_secret(corridor: Running) -> None:
    client = corridor.client()
    request = api.RotateApiKeyRequest(api_key_id=make(client).api_key.api_key_id, overlap_hours=1)

    first, second = (client.call(f"{SERVICE}/RotateApiKey", request, key="rotate") for _ in range(2))

    assert first == second
    assert 3 == len(client.call(f"{SERVICE}/ListApiKeys", LIST).api_keys)


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        ("pending", ["Suspend", "Resume", "Rotate"]),
        ("suspended", ["Activate", "Rotate"]),
        ("rotated", ["Activate", "Suspend", "Resume", "Rotate"]),
        ("expired", ["Activate", "Suspend", "Resume", "Rotate", "Update"]),
        ("revoked", ["Activate", "Suspend", "Resume", "Rotate", "Update"]),
    ],
)
def test_what_a_state_does_not_allow_is_refused_and_changes_nothing(
    corridor: Running, state: str, verbs: list[str]
) -> None:
    client = corridor.client()
    key = brought(corridor, client, state)

    for verb in verbs:
        values = {"title": "x", "scopes": ["keys:read"]} if verb == "Update" else {}
        request = getattr(api, f"{verb}ApiKeyRequest")(api_key_id=key.api_key_id, **values)
        found = people.refused(client, f"{SERVICE}/{verb}ApiKey", request, key=people.new_key())
        assert "TRANSITION_NOT_ALLOWED" == found.reason
        assert state in found.status.message

    now = client.call(f"{SERVICE}/GetApiKey", api.GetApiKeyRequest(api_key_id=key.api_key_id)).api_key
    assert key == now


def brought(corridor: Running, client: Client, state: str) -> api_key_pb2.ApiKey:
    """A new key, brought into a state."""
    key = make(client, pending=state == "pending").api_key
    steps: dict[str, Callable[[], object]] = {
        "suspended": lambda: change(client, "Suspend", key.api_key_id),
        "rotated": lambda: rotate(client, key.api_key_id),
        "expired": lambda: expire(corridor, client, key),
        "revoked": lambda: change(client, "Revoke", key.api_key_id),
    }
    steps.get(state, lambda: None)()
    found: api_key_pb2.ApiKey = client.call(
        f"{SERVICE}/GetApiKey", api.GetApiKeyRequest(api_key_id=key.api_key_id)
    ).api_key
    return found


@pytest.mark.parametrize("state", ["pending", "suspended", "rotated", "expired", "revoked"])
def test_a_list_shows_one_state(corridor: Running, state: str) -> None:
    client = corridor.client()
    key = brought(corridor, client, state)

    wanted = api_key_pb2.ApiKeyState.Value(f"API_KEY_STATE_{state.upper()}")
    found = client.call(f"{SERVICE}/ListApiKeys", api.ListApiKeysRequest(state=wanted)).api_keys

    assert [key] == list(found)


@pytest.mark.parametrize("verb", ["Activate", "Suspend", "Resume", "Rotate", "Update", "Revoke"])
def test_keys_of_other_companies_cannot_be_changed(corridor: Running, verb: str) -> None:
    key = make(corridor.client()).api_key
    values = {"title": "x", "scopes": ["keys:read"]} if verb == "Update" else {}
    request = getattr(api, f"{verb}ApiKeyRequest")(api_key_id=key.api_key_id, **values)

    found = people.refused(corridor.client(), f"{SERVICE}/{verb}ApiKey", request, key=people.new_key())

    assert "NOT_FOUND" == found.reason


def test_a_wrong_secret_learns_nothing_of_any_state(corridor: Running) -> None:
    client = corridor.client()
    for state in ("pending", "suspended", "rotated", "expired", "revoked"):
        key = brought(corridor, client, state)

        assert "UNAUTHENTICATED" == refusal(corridor, f"{key.prefix}_{'0' * 52}")


def test_a_key_is_known_by_its_maker(corridor: Running) -> None:
    client = corridor.client()
    own = client.call(f"{SERVICE}/ListApiKeys", LIST).api_keys[0]

    assert ("corridor", own.api_key_id) == (own.created_by, make(client).api_key.created_by)


def test_an_end_in_the_past_is_refused(corridor: Running) -> None:
    client = corridor.client()
    request = api.CreateApiKeyRequest(title="x", scopes=["keys:read"], expire_time=at(hours=-1))

    found = people.refused(client, f"{SERVICE}/CreateApiKey", request, key="k")

    assert ("INVALID_ARGUMENT", ["expire_time"]) == (found.reason, found.fields)


def test_a_rotated_key_still_pays_and_an_unknown_id_is_not_found(corridor: Running) -> None:
    client = corridor.client()
    made = make(client, scopes=["payouts:read"])
    rotate(client, made.api_key.api_key_id)

    Client(corridor.address, made.secret).call("PayoutService/ListPayouts", payouts.ListPayoutsRequest())
    request = api.RotateApiKeyRequest(api_key_id=ids.new("key"))
    assert "NOT_FOUND" == people.refused(client, f"{SERVICE}/RotateApiKey", request, key="other").reason
