"""Reading and changing resources over HTTP: parts by PATCH, etags by ETag, If-Match and If-None-Match."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.chaos.world import Process, free_port
from tests.serving import Running

POLICY = "/v1/data-policy"
OLD = {"If-Match": '"0123456789abcdef0123456789abcdef"'}


@pytest.fixture(scope="module")
def gateway(corridor: Running) -> Iterator[str]:
    """The address of a gateway in front of the server."""
    process = Process("gateway", "--port", str(port := free_port()), "--upstream", corridor.address)
    yield f"http://127.0.0.1:{port}"
    process.stop()


@pytest.fixture
def http(corridor: Running, gateway: str) -> Iterator[httpx.Client]:
    """A caller of a new company."""
    headers = {"Authorization": f"Bearer {corridor.client().key}"}
    with httpx.Client(base_url=gateway, headers=headers, timeout=30) as found:
        yield found


@pytest.fixture
def endpoint(http: httpx.Client) -> str:
    """The path of a webhook endpoint."""
    body = {"url": "http://127.0.0.1:9/a", "event_types": ["payout.settled"]}
    made = http.post("/v1/webhook-endpoints", json=body, headers={"Idempotency-Key": "made"})
    return f"/v1/webhook-endpoints/{made.json()['webhook_endpoint']['webhook_endpoint_id']}"


def facts(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """How a call was refused: status, reason and fields."""
    problem = answer.json()
    return answer.status_code, problem["reason"], [each["field"] for each in problem.get("violations", ())]


def test_what_stands_in_the_body_changes_and_nothing_else(http: httpx.Client, endpoint: str) -> None:
    before = http.get(endpoint).json()

    after = http.patch(endpoint, json={"state": "WEBHOOK_ENDPOINT_STATE_DISABLED"}).json()

    volatile = {"etag": after["etag"], "update_time": after["update_time"]}
    assert before | {"state": "WEBHOOK_ENDPOINT_STATE_DISABLED"} | volatile == after
    assert after == http.get(endpoint).json()


def test_null_clears_a_field(http: httpx.Client, endpoint: str) -> None:
    assert [] == http.patch(endpoint, json={"event_types": None}).json()["event_types"]
    assert (400, "INVALID_ARGUMENT", ["url"]) == facts(http.patch(endpoint, json={"url": None}))


def test_fields_within_fields_change_by_themselves(http: httpx.Client) -> None:
    http.put(POLICY, json={"retention": {"events_days": 90, "attempts_days": 60}, "residency": "eu"})

    after = http.patch(POLICY, json={"retention": {"events_days": 30}}).json()

    assert (30, 60, "eu") == (
        after["retention"]["events_days"],
        after["retention"]["attempts_days"],
        after["residency"],
    )
    assert 0 == http.patch(POLICY, json={"retention": None}).json()["retention"].get("attempts_days", 0)


def test_an_empty_body_changes_nothing(http: httpx.Client, endpoint: str) -> None:
    before = http.get(endpoint).json()

    after = http.patch(endpoint, json={}).json()

    assert before == {**after, "etag": before["etag"], "update_time": before["update_time"]}


@pytest.mark.parametrize("name", ["update_mask", "updateMask"])
@pytest.mark.parametrize("paths", ["url,event_types", "url,eventTypes"])
def test_a_mask_decides_what_changes_in_either_spelling(
    http: httpx.Client, endpoint: str, name: str, paths: str
) -> None:
    body = {"url": "http://127.0.0.1:9/b", "event_types": [], "state": "WEBHOOK_ENDPOINT_STATE_DISABLED", name: paths}

    after = http.patch(endpoint, json=body).json()

    assert ("http://127.0.0.1:9/b", []) == (after["url"], after["event_types"])
    assert "WEBHOOK_ENDPOINT_STATE_ENABLED" == after["state"]


def test_a_mask_stands_in_the_query_where_the_body_is_the_resource(http: httpx.Client) -> None:
    body = {"retention": {"events_days": 45, "attempts_days": 45}, "residency": "eu"}

    after = http.put(POLICY, json=body, params={"update_mask": "retention.events_days"}).json()

    assert (45, 0, "") == (after["retention"]["events_days"], after["retention"]["attempts_days"], after["residency"])


def test_what_is_no_field_or_cannot_change_is_refused(http: httpx.Client, endpoint: str) -> None:
    assert (400, "MALFORMED_REQUEST") == facts(http.patch(endpoint, json={"nonsense": 1}))[:2]
    mask = http.patch(endpoint, json={"url": "http://127.0.0.1:9/b", "update_mask": "nonsense"})
    assert (400, "INVALID_ARGUMENT", ["update_mask"]) == facts(mask)
    made = http.patch(POLICY, json={"update_time": "2026-01-01T00:00:00Z"})
    assert (400, "INVALID_ARGUMENT", ["update_mask"]) == facts(made)


def test_put_replaces_everything(http: httpx.Client, endpoint: str) -> None:
    body = {"url": "http://127.0.0.1:9/b", "state": "WEBHOOK_ENDPOINT_STATE_ENABLED"}

    assert [] == http.put(endpoint, json=body).json()["event_types"]


def test_a_resource_that_the_caller_has_is_not_sent_again(http: httpx.Client, endpoint: str) -> None:
    first = http.get(endpoint)
    tag = first.headers["etag"]

    for known in (tag, f'"other", W/{tag}', "*"):
        again = http.get(endpoint, headers={"If-None-Match": known})
        assert (304, b"", tag) == (again.status_code, again.content, again.headers["etag"])
    assert f'"{first.json()["etag"]}"' == tag

    http.patch(endpoint, json={"event_types": None})
    assert 200 == http.get(endpoint, headers={"If-None-Match": tag}).status_code


def test_only_who_knows_the_resource_as_it_is_changes_it(http: httpx.Client, endpoint: str) -> None:
    tag = http.get(endpoint).headers["etag"]
    change: dict[str, Any] = {"json": {"event_types": None}}

    assert (412, "ETAG_MISMATCH", []) == facts(http.patch(endpoint, **change, headers=OLD))
    assert tag == http.get(endpoint).headers["etag"]

    made = http.patch(endpoint, **change, headers={"If-Match": tag})
    assert (200, False) == (made.status_code, tag == made.headers["etag"])
    assert (412, "ETAG_MISMATCH", []) == facts(http.delete(endpoint, headers={"If-Match": tag}))
    assert 200 == http.delete(endpoint, headers={"If-Match": made.headers["etag"]}).status_code


def test_a_condition_is_part_of_what_a_key_stands_for(http: httpx.Client, endpoint: str) -> None:
    tag = http.get(endpoint).headers["etag"]
    headers = {"If-Match": tag, "Idempotency-Key": "k"}
    change: dict[str, Any] = {"json": {"event_types": None}}
    first = http.patch(endpoint, **change, headers=headers)

    again = http.patch(endpoint, **change, headers=headers)

    assert (first.content, "true") == (again.content, again.headers["idempotent-replayed"])
    assert first.headers["etag"] == again.headers["etag"]
    reused = http.patch(endpoint, **change, headers={**headers, "If-Match": first.headers["etag"]})
    assert (422, "IDEMPOTENCY_KEY_REUSED", ["if-match"]) == facts(reused)


def test_a_condition_that_cannot_be_kept_is_refused(http: httpx.Client, endpoint: str) -> None:
    none = {"If-None-Match": "*"}

    assert (400, "MALFORMED_REQUEST", []) == facts(http.put(endpoint, json={}, headers=none))
    body = {"beneficiary_id": "ben_" + "0" * 26, "amount": {"currency_code": "EUR", "amount_minor": "1"}}
    payout = http.post("/v1/payouts", json=body, headers={"If-Match": "*", "Idempotency-Key": "p"})
    assert (400, "INVALID_ARGUMENT", ["if-match"]) == facts(payout)
