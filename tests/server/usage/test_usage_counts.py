"""What is counted of calls: how many, by whom and of what, and what a company is shown of it."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from corridor.access.v1 import oauth_client_pb2 as clients
from corridor.access.v1 import oauth_client_service_pb2 as oauth
from corridor.options.v1 import method_pb2
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.usage.v1 import usage_service_pb2 as api
from corridor.usage.v1.method_usage_pb2 import FIELD_DIRECTION_READ, FIELD_DIRECTION_SENT, MethodUsage
from server.kit import context as contexts
from server.kit.context import Caller as Who
from server.kit.context import Context
from server.platform.usage import exporting
from server.platform.usage.counting import Use, Uses
from server.platform.usage.deprecated import Deprecated
from server.platform.usage.servicer import UsageServicer
from server.platform.usage.warning import Warnings
from tests.server import people
from tests.server.usage import trials
from tests.server.usage.conftest import Caller
from tests.server.usage.trials import SUNSET, Served
from tests.serving import LIVE, SANDBOX, Client, Running

LIST, CREATE = "PayoutService/ListPayouts", "PayoutService/CreatePayout"
PAYOUTS, TRIALS = "corridor.payouts.v1.PayoutService.", "corridor.trials.v1.TrialService."
TODAY = datetime.now(UTC).date()


def usages(corridor: Running, client: Client, **filters: object) -> list[MethodUsage]:
    """What was counted of the client's company, by method and caller."""
    corridor.parts.uses.flush()
    request = api.ListUsageRequest(page_size=250, **filters)  # type: ignore[arg-type] # as the test says
    return [
        each
        for each in client.call("UsageService/ListUsage", request).usages
        if not each.method.startswith("corridor.usage.")
    ]


def fields(usage: MethodUsage) -> dict[tuple[str, int], int]:
    """In how many calls each field was used."""
    return {(each.field, each.direction): each.calls for each in usage.fields}


def deprecated(corridor: Running, served: Served, client: Client, days: int = 90) -> dict[str, int]:
    """What was used of the trials that is deprecated, and how often, in the order of its end."""
    served.uses.flush()
    known = Deprecated(trials.methods())
    who = Who(method_pb2.CALLER_KIND_API_KEY, "key", people.company_of(corridor, client), SANDBOX)
    with people.rows(corridor, client) as rows:
        return {each.element: each.calls for each in known.used(rows, who, TODAY, days)}


def note(uses: Uses, company_id: str, method: str = "/a.B/C", caller_id: str = "key_a", **how: object) -> None:
    """Count a call that nobody made."""
    uses.note(Use(Who(method_pb2.CALLER_KIND_API_KEY, caller_id, company_id, SANDBOX), method, **how))  # type: ignore[arg-type] # as the test says


def test_calls_are_counted_by_method_and_caller(corridor: Running) -> None:
    company_id = corridor.company()
    first, second = corridor.client(company_id), corridor.client(company_id)
    for client in (first, first, second):
        client.call(LIST, payouts.ListPayoutsRequest())

    found = usages(corridor, first)

    assert [1, 2] == sorted(each.calls for each in found)
    assert {PAYOUTS + "ListPayouts"} == {each.method for each in found}
    assert {("test", method_pb2.CALLER_KIND_API_KEY)} == {(each.caller.title, each.caller.kind) for each in found}
    assert {TODAY.isoformat()} == {day for each in found for day in (each.first_date, each.last_date)}


def test_fields_that_requests_set_are_counted_at_any_depth(corridor: Running) -> None:
    client = corridor.client()
    people.payout(client)

    found = fields(usages(corridor, client, method=PAYOUTS + "CreatePayout")[0])

    assert 1 == found["corridor.payouts.v1.CreatePayoutRequest.beneficiary_id", FIELD_DIRECTION_SENT]
    assert 1 == found["corridor.type.v1.Money.currency_code", FIELD_DIRECTION_SENT]
    assert ("corridor.payouts.v1.CreatePayoutRequest.reference", FIELD_DIRECTION_SENT) not in found


def test_fields_are_looked_at_in_the_first_call_and_one_in_sixty_four(corridor: Running) -> None:
    uses = Uses(corridor.parts.store, corridor.parts.machine_clock)

    client = corridor.client()
    company_id = people.company_of(corridor, client)
    for caller_id, calls in (("key_a", 1 + 2 * 64), ("key_b", 1)):
        who = Who(method_pb2.CALLER_KIND_API_KEY, caller_id, company_id, SANDBOX)
        for _ in range(calls):
            uses.call(who, "/a.B/C", payouts.ListPayoutsRequest(page_size=1))
    uses.close()

    found = {each.caller.caller_id: (each.calls, each.sampled_calls) for each in usages(corridor, client)}
    assert {"key_a": (1 + 2 * 64, 1 + 2), "key_b": (1, 1)} == found


def test_what_is_refused_for_its_form_is_not_counted(corridor: Running) -> None:
    client = corridor.client()
    people.refused(client, LIST, payouts.ListPayoutsRequest(page_size=251))

    assert [] == usages(corridor, client)


def test_what_fails_is_counted(corridor: Running) -> None:
    client = corridor.client()
    people.refused(client, LIST, payouts.ListPayoutsRequest(page_token="none"))

    assert [1] == [each.calls for each in usages(corridor, client)]


def test_a_company_sees_neither_others_nor_its_other_environment(corridor: Running) -> None:
    company_id = corridor.company()
    live = corridor.client(company_id, LIVE)
    for client in (corridor.client(), live):
        client.call(LIST, payouts.ListPayoutsRequest())

    assert [] == usages(corridor, corridor.client(company_id))
    assert 1 == len(usages(corridor, live))


def test_usage_is_asked_for_by_day_method_and_caller_page_by_page(corridor: Running) -> None:
    client = corridor.client()
    company_id = people.company_of(corridor, client)
    for number in range(5):
        note(corridor.parts.uses, company_id, f"/a.B/C{number}", f"key_{number}")

    assert 5 == len(usages(corridor, client))
    assert ["a.B.C3"] == [each.method for each in usages(corridor, client, method="a.B.C3")]
    assert ["a.B.C4"] == [each.method for each in usages(corridor, client, caller_id="key_4")]
    assert [] == usages(corridor, client, end_date=(TODAY - timedelta(days=1)).isoformat())
    assert [] == usages(corridor, client, start_date=(TODAY + timedelta(days=1)).isoformat())
    page, seen = api.ListUsageRequest(page_size=2, end_date="2100-01-01", start_date="2000-01-01"), []
    while True:
        answer = client.call("UsageService/ListUsage", page)
        seen += [each.method for each in answer.usages]
        if not answer.next_page_token:
            break
        page.page_token = answer.next_page_token
    assert [f"a.B.C{number}" for number in range(5)] == [name for name in seen if name.startswith("a.B")]


def test_a_day_that_is_none_is_refused(corridor: Running) -> None:
    refused = people.refused(corridor.client(), "UsageService/ListUsage", api.ListUsageRequest(end_date="2026-02-31"))

    assert ("INVALID_ARGUMENT", ["end_date"]) == (refused.reason, refused.fields)


def test_the_first_days_of_the_calendar_can_be_asked_for(corridor: Running) -> None:
    assert [] == usages(corridor, corridor.client(), end_date="0001-01-05")


def test_an_oauth_client_is_named_by_its_title(corridor: Running) -> None:
    client = corridor.client()
    settings = clients.OAuthClientSettings(
        title="Ledger",
        grant_types=[clients.GRANT_TYPE_CLIENT_CREDENTIALS],
        scopes=["payouts:read"],
        authentication=clients.CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC,
    )
    made = client.call(
        "OAuthClientService/CreateOAuthClient", oauth.CreateOAuthClientRequest(settings=settings), key="c"
    )
    made_id = made.oauth_client.oauth_client_id
    who = Who(method_pb2.CALLER_KIND_USER, made_id, people.company_of(corridor, client), SANDBOX, subject="mem_x")
    corridor.parts.uses.note(Use(who, "/a.B/C"))

    (found,) = usages(corridor, client, caller_id=made_id)

    assert (method_pb2.CALLER_KIND_USER, "Ledger") == (found.caller.kind, found.caller.title)


def test_counts_of_several_processes_add_up(corridor: Running) -> None:
    client = corridor.client()
    company_id = people.company_of(corridor, client)
    for _ in range(3):
        uses = Uses(corridor.parts.store, corridor.parts.machine_clock)
        note(uses, company_id, sampled={"a.B.c"})
        note(uses, company_id)
        uses.close()

    (found,) = usages(corridor, client)

    assert (6, 3, [3]) == (found.calls, found.sampled_calls, [each.calls for each in found.fields])


def test_counts_wait_while_the_database_is_away(corridor: Running) -> None:
    client = corridor.client()
    uses = Uses(corridor.parts.store, corridor.parts.machine_clock)
    note(uses, people.company_of(corridor, client))
    with psycopg.connect(corridor.parts.store.url, autocommit=True) as owner:
        owner.execute("ALTER TABLE corridor.usage_counts RENAME TO away")
        uses.flush()
        owner.execute("ALTER TABLE corridor.away RENAME TO usage_counts")
    uses.close()

    assert [1] == [each.calls for each in usages(corridor, client)]


def test_everything_deprecated_is_counted_exactly(corridor: Running, caller: Caller, served: Served) -> None:
    for number in range(70):
        caller.http.post("/v1/trials", json={"title": "a", "steps": [{"words": "b"}, {"words": "c"}]})
        if number % 2:
            caller.http.get("/v1/old-trials/tr_1")

    used = deprecated(corridor, served, caller.client)

    assert {
        "corridor.trials.v1.Step.words": 70,
        "corridor.trials.v1.Trial.name": 70,
        TRIALS + "ReadTrial": 35,
    } == used
    (made,) = usages(corridor, caller.client, method=TRIALS + "CreateTrial")
    assert 70 == fields(made)["corridor.trials.v1.Step.words", FIELD_DIRECTION_SENT]
    assert 70 == fields(made)["corridor.trials.v1.Trial.name", FIELD_DIRECTION_READ]
    assert made.sampled_calls == fields(made)["corridor.trials.v1.CreateTrialRequest.title", FIELD_DIRECTION_SENT] < 70


def test_the_report_is_read_page_by_page_in_the_order_of_the_ends(
    corridor: Running, caller: Caller, served: Served
) -> None:
    caller.http.post("/v1/trials", json={"title": "a", "name": "b", "steps": [{"words": "b"}]})
    served.uses.flush()
    parts = corridor.parts
    servicer = UsageServicer(parts.store, parts.tokens, Deprecated(trials.methods()), parts.machine_clock)
    who = Who(method_pb2.CALLER_KIND_API_KEY, "key", people.company_of(corridor, caller.client), SANDBOX)
    request, seen = api.ListDeprecatedUsageRequest(page_size=1), []
    with contexts.bound(Context("r", "r", caller=who)):
        while True:
            page = servicer.ListDeprecatedUsage(request, None)  # type: ignore[arg-type] # it asks nothing of it
            seen += page.deprecated_usages
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token

    assert ["CreateTrialRequest.name", "Step.words", "Trial.name"] == [
        each.element.removeprefix("corridor.trials.v1.") for each in seen
    ]
    first = seen[0]
    assert ("2026-06-01", "2026-12-31", 1) == (first.deprecated_since, first.sunset_date, first.calls)
    assert (date(2026, 12, 31) - TODAY).days == first.days_left
    assert [TRIALS + "CreateTrial"] == list(first.methods)
    assert [("test", 1)] == [(each.caller.title, each.calls) for each in first.callers]


def test_nothing_that_is_shipped_is_deprecated_and_so_nothing_is_reported(corridor: Running) -> None:
    answer = corridor.client().call("UsageService/ListDeprecatedUsage", api.ListDeprecatedUsageRequest())

    assert api.ListDeprecatedUsageResponse() == answer


def test_calls_of_what_has_ended_are_counted_too(corridor: Running, caller: Caller, served: Served) -> None:
    served.clock.time = SUNSET
    caller.http.get("/v1/old-trials/tr_1")
    caller.http.post("/v1/old-trials", json={"title": "a"}, headers={"idempotency-key": "k"})

    assert {TRIALS + "MakeTrial": 1, TRIALS + "ReadTrial": 1} == deprecated(corridor, served, caller.client)


def test_the_export_names_who_used_what(corridor: Running, caller: Caller, served: Served) -> None:
    caller.http.post("/v1/trials", json={"title": "a", "name": "b"})
    served.uses.flush()
    company_id = people.company_of(corridor, caller.client)

    found = exporting.document(corridor.parts.store, TODAY, 90)

    assert (90, TODAY.isoformat()) == (found["days"], found["until"])
    assert (TODAY - timedelta(days=89)).isoformat() == found["from"]
    (use,) = [each for each in found["uses"] if each["company_id"] == company_id and "trials" in each["method"]]
    assert ("sandbox", "api_key", "test", 1) == tuple(
        use[name] for name in ("environment", "caller_kind", "caller_title", "calls")
    )
    assert {"CreateTrialRequest.name": 1, "CreateTrialRequest.title": 1, "Trial.name": 1} == {
        name.removeprefix("corridor.trials.v1."): count for name, count in use["fields"].items()
    }


@pytest.mark.parametrize(("age", "kept"), [(400, True), (401, False)])
def test_counts_go_after_400_days(corridor: Running, age: int, kept: bool) -> None:
    client = corridor.client()
    company_id = people.company_of(corridor, client)
    note(corridor.parts.uses, company_id)
    corridor.parts.uses.flush()
    with psycopg.connect(corridor.parts.store.url, autocommit=True) as owner:
        owner.execute("UPDATE corridor.usage_counts SET usage_date = %s WHERE company_id = %s",
                      (TODAY - timedelta(days=age), company_id))  # fmt: skip

    Warnings(corridor.parts.store, Deprecated({}), corridor.parts.machine_clock).forget()

    assert kept == bool(usages(corridor, client, start_date=date(2020, 1, 1).isoformat()))
