"""What callers of deprecated methods and fields are told over HTTP, and how they are refused from the sunset on."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from corridor.audit.v1 import audit_service_pb2 as audits
from tests.gateway.scripted import Start
from tests.server import people
from tests.server.usage import trials
from tests.server.usage.conftest import Caller
from tests.server.usage.trials import AFTER, SUNSET, Served
from tests.serving import Running

SINCE = "@1780272000"  # 2026-06-01 in seconds since 1970
ENDS = "Thu, 31 Dec 2026 00:00:00 GMT"
GUIDE = '</docs/guides/versioning>; rel="deprecation"; type="text/html"'
OLD, NEW = "/v1/old-trials", "/v1/trials"


def told(answer: httpx.Response) -> tuple[str | None, str | None]:
    """What an answer says of an end."""
    return answer.headers.get("deprecation"), answer.headers.get("sunset")


def post(caller: Caller, path: str, body: object, key: str) -> httpx.Response:
    """The answer to a call with a key."""
    return caller.http.post(path, json=body, headers={"idempotency-key": key})


def keys_stored(corridor: Running, caller: Caller) -> int:
    """How many idempotency keys are stored of the caller's company."""
    with people.rows(corridor, caller.client) as rows:
        row = rows.execute("SELECT count(*) FROM corridor.idempotency").fetchone()
    assert row is not None
    return int(row[0])


def test_a_deprecated_method_says_since_when_until_when_and_what_instead(caller: Caller) -> None:
    answer = caller.http.get(f"{OLD}/tr_1%2F2")

    assert (200, SINCE, ENDS) == (answer.status_code, *told(answer))
    assert f'{GUIDE}, </v1/trials/tr_1%2F2>; rel="successor-version"' == answer.headers["link"]


def test_a_refusal_of_a_deprecated_method_says_it_as_well(caller: Caller) -> None:
    answer = post(caller, OLD, {"title": "longer than ten"}, "k")

    assert ("INVALID_ARGUMENT", SINCE, ENDS) == (answer.json()["reason"], *told(answer))


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"name": "a"}, ["CreateTrialRequest.name"]),
        ({"title": "a"}, ["Trial.name"]),
        ({"steps": [{"text": "a"}, {"words": "a"}]}, ["Step.words"]),
        ({"by_name": {"x": {"words": "a"}}, "name": "a"}, ["CreateTrialRequest.name", "Step.words"]),
    ],
    ids=["in the request", "in the answer", "in a list", "in a map"],
)
def test_deprecated_fields_that_are_used_are_named(caller: Caller, body: object, names: list[str]) -> None:
    answer = post(caller, NEW, body, "k")

    assert (200, SINCE, ENDS, GUIDE) == (answer.status_code, *told(answer), answer.headers["link"])
    assert ", ".join(f"corridor.trials.v1.{name}" for name in names) == answer.headers["corridor-deprecated-fields"]


def test_a_call_that_uses_nothing_deprecated_hears_nothing(caller: Caller) -> None:
    answer = post(caller, NEW, {"steps": [{"text": "a"}]}, "k")

    assert 200 == answer.status_code
    assert not {"deprecation", "sunset", "link", "corridor-deprecated-fields"} & set(answer.headers)


def test_a_method_is_refused_from_the_first_moment_of_its_sunset_on(caller: Caller, served: Served) -> None:
    assert 200 == caller.http.get(f"{OLD}/tr_1").status_code
    served.clock.time = SUNSET

    answer = caller.http.get(f"{OLD}/tr_1")

    assert (410, "METHOD_SUNSET") == (answer.status_code, answer.json()["reason"])
    assert (SINCE, ENDS) == told(answer)
    assert "corridor.trials.v1.TrialService.GetTrial" == answer.json()["metadata"]["replacement"]
    assert answer.json()["detail"].endswith("ended on 2026-12-31; use corridor.trials.v1.TrialService.GetTrial.")


@pytest.mark.parametrize("body", [{"title": "a"}, {"title": "longer than ten"}], ids=["valid", "not valid"])
def test_nothing_is_done_or_stored_of_a_method_that_has_ended(
    caller: Caller, served: Served, corridor: Running, body: object
) -> None:
    served.clock.time = AFTER

    assert "METHOD_SUNSET" == post(caller, OLD, body, "k").json()["reason"]
    assert ([], 0) == (served.trials.made, keys_stored(corridor, caller))


def test_a_refusal_is_recorded(caller: Caller, served: Served) -> None:
    served.clock.time = AFTER
    caller.http.get(f"{OLD}/tr_1")

    entries = caller.client.call("AuditService/ListAuditEntries", audits.ListAuditEntriesRequest()).audit_entries
    assert [("trial.read", "METHOD_SUNSET")] == [(each.action, each.reason) for each in entries if each.reason]


def test_a_request_that_sets_ended_fields_is_refused_with_each_of_them(
    caller: Caller, served: Served, corridor: Running
) -> None:
    served.clock.time = AFTER

    answer = post(caller, NEW, {"name": "a", "steps": [{}, {"words": "a"}], "by_name": {"x": {"words": "a"}}}, "k")

    assert (400, "FIELD_SUNSET") == (answer.status_code, answer.json()["reason"])
    found = {each["field"]: each["description"] for each in answer.json()["violations"]}
    assert {"name", "steps[1].words", "by_name[x].words"} == set(found)
    assert "ended on 2026-12-31; use corridor.trials.v1.CreateTrialRequest.title" == found["name"]
    assert ([], 0) == (served.trials.made, keys_stored(corridor, caller))


def test_the_key_of_a_refused_call_is_free(caller: Caller, served: Served) -> None:
    served.clock.time = AFTER

    assert "FIELD_SUNSET" == post(caller, NEW, {"name": "a"}, "k").json()["reason"]
    assert 200 == post(caller, NEW, {"title": "a"}, "k").status_code


def test_answers_leave_out_what_has_ended(caller: Caller, served: Served) -> None:
    assert "t" == caller.http.get(f"{NEW}/tr_1").json()["name"]
    served.clock.time = AFTER

    answer = caller.http.get(f"{NEW}/tr_1")

    assert ("t", "") == (answer.json()["title"], answer.json()["name"])
    assert "deprecation" not in answer.headers


@pytest.mark.parametrize(("path", "body"), [(OLD, {"title": "a"}), (NEW, {"name": "a"})], ids=["method", "field"])
def test_a_lost_answer_is_found_by_its_key_after_the_sunset(
    caller: Caller, served: Served, corridor: Running, start: Start, path: str, body: object
) -> None:
    before = post(caller, path, body, "k")
    with trials.serving(corridor) as later:  # a process that remembers nothing of it
        later.clock.time = AFTER
        there = start(contract=later.contract, upstream=later.address).url
        with httpx.Client(base_url=there, headers=caller.http.headers) as http:
            asked = Caller(caller.client, http)
            again = post(asked, path, body, "k")
            other = post(asked, path, {"title": "b"}, "k")
            new = post(asked, path, body, "k-2")

        assert (200, before.json()["trial_id"]) == (again.status_code, again.json()["trial_id"])
        assert "true" == again.headers["idempotent-replayed"]
        assert "IDEMPOTENCY_KEY_REUSED" == other.json()["reason"]
        assert new.json()["reason"] in {"METHOD_SUNSET", "FIELD_SUNSET"}
        assert [] == later.trials.made


@pytest.mark.parametrize(("path", "body"), [(OLD, {"title": "a"}), (NEW, {"name": "a"})], ids=["method", "field"])
def test_a_call_that_is_still_at_work_at_the_sunset_is_not_told_to_be_made_otherwise(
    caller: Caller, served: Served, path: str, body: object
) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        assert goes_on.wait(30)

    served.trials.before = slow
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, caller, path, body, "k")
        assert begun.wait(30)
        served.clock.time = SUNSET
        again = post(caller, path, body, "k")
        goes_on.set()
        made = first.result(30).json()["trial_id"]
    served.clock.time = AFTER

    assert (409, "IDEMPOTENCY_IN_PROGRESS") == (again.status_code, again.json()["reason"])
    assert made == post(caller, path, body, "k").json()["trial_id"]
    assert 1 == len(served.trials.made)


def test_every_use_of_what_is_deprecated_is_a_metric(caller: Caller, corridor: Running) -> None:
    labels = {"rpc_method": "/corridor.trials.v1.TrialService/CreateTrial", "element": "corridor.trials.v1.Step.words"}
    read = corridor.parts.metrics.registry.get_sample_value
    before = read("corridor_deprecated_calls_total", labels) or 0.0

    post(caller, NEW, {"steps": [{"words": "a"}, {"words": "b"}]}, "k")

    assert before + 1 == read("corridor_deprecated_calls_total", labels)
