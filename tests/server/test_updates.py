"""Updates, all of them alike: a part or everything, only if nothing changed meanwhile, and once for each key."""

import threading

import pytest
from google.api import annotations_pb2

from corridor.operations.v1 import work_item_service_pb2 as items
from corridor.operations.v1.aging_rule_pb2 import AgingRule
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_OVERDUE
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.providers.v1 import route_service_pb2 as routes
from corridor.providers.v1.route_pb2 import ROUTE_MODE_ON, ROUTE_MODE_QUEUE
from corridor.webhooks.v1 import endpoint_service_pb2 as webhooks
from server.kit import contract, etags, masks
from tests.server import owned, people, updating
from tests.server.platform.test_routes import connect
from tests.server.updating import CASES, Update
from tests.serving import Refused, Running

ELSEWHERE = {"UpdateDisputeEvidence"}  # needs a dispute: tests/server/domains/payments
NOBODYS = {f"{name}_id": f"{prefix}_{26 * '0'}" for name, prefix in (
    ("webhook_endpoint", "we"), ("api_key", "key"), ("oauth_client", "oc"), ("member", "mem"), ("dispute", "dsp"),
    ("connection", "conn"), ("primary_connection", "conn"),
)}  # fmt: skip
OLD = '"0123456789abcdef0123456789abcdef"'


@pytest.fixture(params=CASES)
def update(request: pytest.FixtureRequest, corridor: Running) -> Update:
    """Each update in turn, of a new company."""
    return updating.start(corridor.client(), request.param, CASES[request.param])


def refusal(update: Update, **how: str) -> tuple[str, list[str]]:
    """Why the case's change is refused, and the fields that are named."""
    with pytest.raises(Refused) as caught:
        update.patches(**how)
    return caught.value.reason, caught.value.fields


def test_every_update_of_the_contract_is_tried() -> None:
    found = {each.name for each in contract.methods().values() if each.name.startswith("Update")}

    assert found == {*CASES, *ELSEWHERE}
    assert found == {each.name for each in contract.methods().values() if masks.has_one(each.request.DESCRIPTOR)}


def test_every_update_is_bound_to_put_and_patch_alike() -> None:
    for method in contract.methods().values():
        if masks.has_one(method.request.DESCRIPTOR):
            rule = method.descriptor.GetOptions().Extensions[annotations_pb2.http]
            (patch,) = rule.additional_bindings
            assert (rule.put, rule.body, rule.response_body) == (patch.patch, patch.body, patch.response_body)


def test_a_part_changes_and_the_rest_stays(update: Update) -> None:
    before = update.now()

    answered = update.patches()

    assert update.changed(before) == updating.plain(answered)
    assert answered == update.now()


def test_everything_is_replaced_without_a_mask_and_by_a_star(update: Update) -> None:
    first = update.now()
    update.patches()

    assert updating.plain(first) == updating.plain(update.puts())

    update.patches()
    update.request.update_mask.paths.append("*")  # type: ignore[attr-defined] # every update has one
    assert updating.plain(first) == updating.plain(update.puts())


@pytest.mark.parametrize("path", ["nonsense", "etag", "update_mask", "create_time", "a.b"])
def test_what_cannot_be_named_is_refused(update: Update, path: str) -> None:
    before = update.now()

    assert ("INVALID_ARGUMENT", ["update_mask"]) == refusal(update, path=path)
    assert before == update.now()


def test_an_old_etag_changes_nothing_and_the_present_one_does(update: Update) -> None:
    before = update.now()

    assert ("ETAG_MISMATCH", []) == refusal(update, if_match=OLD)
    assert before == update.now()

    after = update.patches(if_match=f'{OLD}, "{before.etag}"')  # type: ignore[attr-defined] # it has one
    assert before.etag != after.etag  # type: ignore[attr-defined] # as above
    with pytest.raises(Refused) as caught:
        update.puts(if_match=f'"{before.etag}"')  # type: ignore[attr-defined] # as above
    assert "ETAG_MISMATCH" == caught.value.reason
    assert after == update.now()


def test_any_etag_is_enough_where_one_is_asked_for(update: Update) -> None:
    update.patches(if_match="*")


def test_a_key_answers_the_same_call_though_the_resource_has_moved_on(update: Update) -> None:
    condition = f'"{update.now().etag}"'  # type: ignore[attr-defined] # it has one
    first = update.patches(key="k", if_match=condition)
    update.puts()

    assert first == update.patches(key="k", if_match=condition)
    assert "true" == update.client.trailers["idempotent-replayed"]
    assert first != update.now()


def test_a_refused_condition_leaves_its_key_free(update: Update) -> None:
    refusal(update, key="k", if_match=OLD)

    update.patches(key="k", if_match="*")

    assert "idempotent-replayed" not in update.client.trailers


@pytest.mark.parametrize("text", ["", '"unended', "a b", '"a" "b"'])
def test_a_condition_that_cannot_be_read_is_refused(corridor: Running, text: str) -> None:
    update = updating.start(corridor.client(), "UpdateDataPolicy", CASES["UpdateDataPolicy"])

    assert ("INVALID_ARGUMENT", ["if-match"]) == refusal(update, if_match=text)


def test_a_weak_etag_matches_nothing(corridor: Running) -> None:
    update = updating.start(corridor.client(), "UpdateDataPolicy", CASES["UpdateDataPolicy"])

    assert "ETAG_MISMATCH" == refusal(update, if_match=f'W/"{update.now().etag}"')[0]  # type: ignore[attr-defined] # it has one


def test_a_condition_that_nobody_looks_at_is_refused(corridor: Running) -> None:
    client = corridor.client()
    request = people.create(people.beneficiary(client))

    found = people.refused(client, "PayoutService/CreatePayout", request, key="k", if_match="*")

    assert ("INVALID_ARGUMENT", ["if-match"]) == (found.reason, found.fields)
    listed = client.call("PayoutService/ListPayouts", payouts.ListPayoutsRequest(), if_match=OLD)
    assert not listed.payouts


def test_parts_that_change_at_the_same_time_are_all_kept(corridor: Running) -> None:
    company_id = corridor.company()
    names = ["events_days", "attempts_days", "observations_days", "deliveries_days", "work_items_days"]
    update = updating.start(corridor.client(company_id), "UpdateDataPolicy", CASES["UpdateDataPolicy"])

    def change(name: str) -> None:
        case = updating.Case(CASES["UpdateDataPolicy"].first, f"retention.{name}", 200)
        Update(corridor.client(company_id), update.method, case, update.request).patches()

    threads = [threading.Thread(target=change, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    retention = update.now().retention  # type: ignore[attr-defined] # it is a data policy
    assert [200] * len(names) == [getattr(retention, name) for name in names]


def test_of_changes_with_the_same_etag_one_is_made(corridor: Running) -> None:
    company_id = corridor.company()
    update = updating.start(corridor.client(company_id), "UpdateWebhookEndpoint", CASES["UpdateWebhookEndpoint"])
    condition, ends = f'"{update.now().etag}"', []  # type: ignore[attr-defined] # it has one

    def change() -> None:
        mine = Update(corridor.client(company_id), update.method, update.case, update.request)
        try:
            mine.patches(if_match=condition)
            ends.append("made")
        except Refused as refused:
            ends.append(refused.reason)

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["ETAG_MISMATCH"] * 3 + ["made"] == sorted(ends)


def test_a_named_field_without_a_value_is_cleared(corridor: Running) -> None:
    update = updating.start(corridor.client(), "UpdateWebhookEndpoint", CASES["UpdateWebhookEndpoint"])

    assert [] == list(update.patches("event_types").event_types)  # type: ignore[attr-defined] # it is an endpoint
    with pytest.raises(Refused) as caught:
        update.patches("url")
    assert ["url"] == caught.value.fields


def test_a_mask_that_names_nothing_changes_nothing(corridor: Running) -> None:
    update = updating.start(corridor.client(), "UpdateApiKey", CASES["UpdateApiKey"])
    before = update.now()
    request = type(update.request)(api_key_id=update.request.api_key_id)  # type: ignore[attr-defined] # of keys
    request.update_mask.SetInParent()  # type: ignore[attr-defined] # every update has one

    assert before == update.client.call("ApiKeyService/UpdateApiKey", request).api_key


def test_a_key_in_use_keeps_its_etag(corridor: Running) -> None:
    update = updating.start(corridor.client(), "UpdateApiKey", CASES["UpdateApiKey"])
    before = update.now()
    used = type(before)()
    used.CopyFrom(before)
    used.last_use_time.GetCurrentTime()  # type: ignore[attr-defined] # it is a key
    used.last_use_address = "192.0.2.1"  # type: ignore[attr-defined] # as above

    assert etags.of(before) == etags.of(used)


@pytest.mark.parametrize("name", ["DeleteWebhookEndpoint", "RotateWebhookSecret"])
def test_what_else_is_done_to_a_resource_takes_a_condition_too(corridor: Running, name: str) -> None:
    update = updating.start(corridor.client(), "UpdateWebhookEndpoint", CASES["UpdateWebhookEndpoint"])
    before = update.now()
    request = getattr(webhooks, f"{name}Request")(webhook_endpoint_id=before.webhook_endpoint_id)  # type: ignore[attr-defined] # it has one
    path = f"WebhookEndpointService/{name}"

    assert "ETAG_MISMATCH" == people.refused(update.client, path, request, key="a", if_match=OLD).reason
    assert before == update.now()
    update.client.call(path, request, key="b", if_match=f'"{before.etag}"')  # type: ignore[attr-defined] # as above


def test_every_method_that_takes_a_condition_looks_at_it(corridor: Running) -> None:
    """What is not there is told as such; what is there has another etag."""
    client, ends = corridor.client(), {}
    for method in contract.methods().values():
        if etags.conditional(method) and not method.name.startswith(("Update", "Set")):  # those are tried by themselves
            request = owned.request(method, NOBODYS)
            name = f"{method.descriptor.containing_service.name}/{method.name}"
            ends[method.name] = people.refused(client, name, request, key="k", if_match=OLD).reason

    assert not {name: end for name, end in ends.items() if end not in {"NOT_FOUND", "ETAG_MISMATCH"}}
    assert len(ends) > 15


def test_routes_and_aging_rules_take_conditions(corridor: Running) -> None:
    client = corridor.client()
    request = routes.SetRouteRequest(domain="payouts", mode=ROUTE_MODE_ON, primary_connection_id=connect(client))
    made = client.call("RouteService/SetRoute", request).route
    (listed,) = client.call("RouteService/ListRoutes", routes.ListRoutesRequest()).routes
    request.mode = ROUTE_MODE_QUEUE

    assert (made.etag, 32) == (listed.etag, len(listed.etag))
    assert "ETAG_MISMATCH" == people.refused(client, "RouteService/SetRoute", request, if_match=OLD).reason
    assert made.etag != client.call("RouteService/SetRoute", request, if_match=f'"{made.etag}"').route.etag

    rule = AgingRule(kind=WORK_ITEM_KIND_OVERDUE)
    rule.ages.add(seconds=600)
    asked = items.SetAgingRuleRequest(rule=rule)
    found = client.call("WorkItemService/GetAgingRules", items.GetAgingRulesRequest()).rules
    (before,) = [each.etag for each in found if each.kind == WORK_ITEM_KIND_OVERDUE]
    after = client.call("WorkItemService/SetAgingRule", asked, if_match=f'"{before}"').rule.etag
    assert "ETAG_MISMATCH" == people.refused(client, "WorkItemService/SetAgingRule", asked, if_match=before).reason
    assert after in [r.etag for r in client.call("WorkItemService/GetAgingRules", items.GetAgingRulesRequest()).rules]
