"""Providers on the tour: connections, routes, rules, what is known of their health, webhooks both ways, and repairs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.kit.simulator import Simulator
from tests.journeys.tour.money_stops import ACCOUNT, SUPPLIER, euros
from tests.journeys.tour.tour import Tour
from tests.serving import until

SECRET = "whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAx"
FACTS = {"domain": "payouts", "amount": euros(10_000_00)}
DAY = timedelta(days=1)


def connect(tour: Tour, title: str, simulator: Simulator, secret: str = SECRET) -> str:
    """A connection to a provider that knows where to send its webhooks."""
    credentials = {"api_key": "sk_example", "webhook_secret": SECRET}
    made = tour.ask(
        "CreateConnection", provider="sandbox", title=title, base_url=simulator.url, credentials=credentials,
        fees=[{"rail": "RAIL_SEPA", "currency_code": "EUR", "fixed_minor": "20"}],
    )  # fmt: skip
    simulator.register(f"{tour.url}/v1/webhooks/inbound/{made['connection_id']}", secret)
    return str(made["connection_id"])


def pay(tour: Tour, minor: int, **more: Any) -> str:
    """A payout to a new supplier."""
    supplier = tour.ask("CreateBeneficiary", party=SUPPLIER, bank_account=ACCOUNT)["beneficiary_id"]
    made = tour.ask("CreatePayout", beneficiary_id=supplier, amount=euros(minor), reference="Invoice 1840", **more)
    return str(made["payout_id"])


def repairs(tour: Tour, vendor: Simulator) -> str:
    """A payout that finds no route is sent over a new connection; what came in with a wrong secret is read again."""
    stuck = [pay(tour, 12_50) for _ in range(3)]
    items = until(lambda: len(found := tour.ask("ListWorkItems")["work_items"]) >= 3 and found, what="work items")
    tour.ask("RetryPayout", payout_id=stuck[-1])
    first, second, third = (each["work_item_id"] for each in items[:3])
    tour.ask("AssignWorkItem", work_item_id=first, assignee_id=tour.ask("ListApiKeys")["api_keys"][0]["api_key_id"])
    tour.ask("InspectWorkItem", work_item_id=first)
    connection = connect(tour, "Sandbox", vendor, "whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAy")
    reason = "The new bank takes over tonight."
    tour.ask("SendElsewhereWorkItem", work_item_id=first, connection_id=connection, reason=reason)
    tour.ask("SetRoute", domain="payouts", mode="ROUTE_MODE_ON", primary_connection_id=connection)
    tour.ask("RetryWorkItem", work_item_id=second)
    tour.send("ResolveWorkItem", work_item_id=third, resolution="Paid by hand, reference 4711.")
    tour.ask("GetWorkItem", work_item_id=first)
    ages = ["3600s", "86400s"]
    tour.ask("SetAgingRule", kind="WORK_ITEM_KIND_NO_ROUTE", ages=ages)
    refused = {"state": "INBOUND_DELIVERY_STATE_REFUSED"}
    until(lambda: tour.ask("ListInboundDeliveries", **refused)["inbound_deliveries"], what="refused deliveries")
    tour.ask(
        "RotateCredentials",
        connection_id=connection,
        credentials={"api_key": "sk_example", "webhook_secret": "whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAy"},
    )
    _replays(tour)
    inbound = tour.ask("ListInboundDeliveries")["inbound_deliveries"][0]["inbound_delivery_id"]
    tour.ask("ReplayInboundDelivery", inbound_delivery_id=inbound)
    tour.ask("GetInboundDelivery", inbound_delivery_id=inbound)
    until(
        lambda: (
            tour.ask("GetPayout", payout_id=stuck[-1])["state"]
            in ("PAYOUT_STATE_SETTLED", "PAYOUT_STATE_PENDING", "PAYOUT_STATE_ACCEPTED")
        ),
        what="payouts go on",
    )
    return connection


def _replays(tour: Tour) -> None:
    def made() -> str:
        said = {"selection": {"inbound_deliveries": {}}, "reason": "The secret was wrong"}
        replay = str(tour.ask("CreateReplay", **said)["replay_id"])
        until(lambda: tour.ask("GetReplay", replay_id=replay)["state"] == "REPLAY_STATE_READY", what="a replay")
        return replay

    tour.ask("CancelReplay", replay_id=made())
    replay = made()
    tour.ask("RunReplay", replay_id=replay)
    until(lambda: tour.ask("GetReplay", replay_id=replay)["state"] == "REPLAY_STATE_DONE", what="a replay's end")
    tour.ask("ListReplayEntries", replay_id=replay)


def routing(tour: Tour, usual: str, other: str) -> None:
    """Rules are written, tried, compared, scheduled, withdrawn and rolled back; a second provider is tried beside."""
    rule = {
        "name": "large-euros", "when": {"currency_codes": ["EUR"], "amount_at_least_minor": "1000000"},
        "send": {"candidates": [{"connection_id": other}, {"connection_id": usual}]},
    }  # fmt: skip
    tour.ask("CreateRoutingPolicy", domain="payouts", rules=[rule], note="Fees of the other one")
    draft = {"rules": [rule, {"name": "stop", "off": {"mode": "ROUTE_MODE_QUEUE"}}]}
    tour.ask("DiffRoutingPolicies", domain="payouts", draft=draft)
    tour.ask("SimulateRoute", facts=FACTS, draft=draft)
    later = (datetime.now(UTC) + DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    tour.choose("CreateRoutingPolicy")
    planned = tour.ask("CreateRoutingPolicy", domain="payouts", rules=[], base_version="1", effective_time=later)
    tour.ask("WithdrawRoutingPolicy", routing_policy_id=planned["routing_policy_id"])
    tour.ask("CreateRoutingPolicy", domain="payouts", rules=[], note="Too early", base_version="2")
    back = tour.ask("RollbackRoutingPolicy", domain="payouts", to_version="1", note="A mistake")
    tour.ask("GetRoutingPolicy", routing_policy_id=back["routing_policy_id"])
    tour.ask("EvaluateFeature", feature="payouts", facts={"segment": "retail"})
    pay(tour, 10_000_00)
    decisions = until(lambda: tour.ask("ListRouteDecisions")["route_decisions"], what="decisions")
    decision = decisions[0]["route_decision_id"]
    tour.ask("GetRouteDecision", route_decision_id=decision)
    tour.ask("ExplainRoute", route_decision_id=decision)
    tour.ask("CreateRoutingPolicy", domain="payouts", rules=[], base_version=back["version"])
    _shadow(tour, usual, other)


def _shadow(tour: Tour, usual: str, other: str) -> None:
    exposure = {"connection_id": other, "stage": "EXPOSURE_STAGE_SHADOW"}
    route = {"domain": "payouts", "mode": "ROUTE_MODE_ON", "primary_connection_id": usual}
    tour.ask("SetRoute", **route, exposure=exposure)
    pay(tour, 20_00)
    found = until(lambda: tour.ask("ListShadowComparisons")["shadow_comparisons"], what="a comparison")
    tour.ask("GetShadowComparison", shadow_comparison_id=found[0]["shadow_comparison_id"])
    tour.ask("SetRoute", **route, standby_connection_id=other)


def health(tour: Tour, connection: str) -> None:
    """Operators stop calls by hand and let them go again, say that a bank is down, and look what was missed."""
    held = {"connection_id": connection, "operation": "create_payout"}
    tour.ask("OpenBreaker", **held, open_for="600s", reason="Maintenance tonight")
    tour.ask("CloseBreaker", **held)
    incidents = tour.ask("ListProviderIncidents")["provider_incidents"]
    if incidents:
        incident = incidents[0]["provider_incident_id"]
        tour.ask("GetProviderIncident", provider_incident_id=incident)
        tour.ask("GetProviderIncidentTimeline", provider_incident_id=incident)
    bank = {"connection_id": connection, "institution_id": "BNPAFRPP"}
    tour.ask("SetInstitutionStatus", **bank, level="INSTITUTION_LEVEL_DEGRADED", valid_for="3600s", reason="Slow")
    tour.ask("ListInstitutionStatuses")
    tour.ask("ClearInstitutionStatus", **bank)
    tour.ask("ListProviderHealth")
    tour.ask("ReleaseConnection", connection_id=connection)
    tour.ask("GetConnection", connection_id=connection)
    sweep = tour.ask("SweepConnection", connection_id=connection)["sweep_id"]
    until(lambda: not tour.ask("GetSweep", sweep_id=sweep)["state"].endswith("_RUNNING"), what="a sweep")


def catalogue(tour: Tour) -> None:
    """What is known of a provider, and how far it is used."""
    found = tour.ask("GetProvider", name="sandbox")
    verdicts = [{"rule": "mapping-exhaustive", "kind": "VERDICT_KIND_VERIFIED", "detail": "Every word has its own."}]
    run = {"adapter_digest": found["adapter_digest"], "verdicts": verdicts, "tests_passed": True, "test_count": 60}
    tour.ask("RecordCertification", name="sandbox", **run)
    tour.ask("ListCertifications", name="sandbox")
    trial = {"standby_provider": "sandbox", "domain": "payouts", "passed": True, "summary": "Moved within 4 s."}
    made = tour.ask("RecordDisasterTest", name="sandbox", **trial, report="# Passed")
    tour.ask("GetDisasterTest", disaster_test_id=made["disaster_test_id"])
    tour.ask("ListDisasterTests", name="sandbox")
    tour.send("SetProviderStage", name="sandbox", stage="PROVIDER_STAGE_CERTIFIED", reason="Report of 21 November")


def webhooks(tour: Tour, url: str) -> str:
    """An endpoint is made, changed, and gets a new secret; one that is not needed goes. Answers with its secret."""
    types = ["payout.settled", "payout.failed"]
    spare = tour.ask("CreateWebhookEndpoint", url=url, event_types=types)["webhook_endpoint"]["webhook_endpoint_id"]
    tour.ask("RotateWebhookSecret", webhook_endpoint_id=spare, overlap_hours=24)
    tour.ask("DeleteWebhookEndpoint", webhook_endpoint_id=spare)
    made = tour.ask("CreateWebhookEndpoint", url=url)
    endpoint = made["webhook_endpoint"]["webhook_endpoint_id"]
    tour.ask("GetWebhookEndpoint", webhook_endpoint_id=endpoint)
    said = {"url": url, "event_types": [], "state": "WEBHOOK_ENDPOINT_STATE_ENABLED"}
    tour.ask("UpdateWebhookEndpoint", webhook_endpoint_id=endpoint, **said)
    tour.ask("PatchWebhookEndpoint", webhook_endpoint_id=endpoint, event_types=[])
    return str(made["secret"])


def deliveries(tour: Tour) -> None:
    """What was sent is looked at, and sent again."""
    found = until(lambda: tour.ask("ListDeliveries")["deliveries"], what="deliveries")
    delivery = found[0]["delivery_id"]
    tour.ask("GetDelivery", delivery_id=delivery)
    tour.ask("RedeliverEvent", delivery_id=delivery)
    now = datetime.now(UTC)
    period = {"start_time": (now - DAY).strftime("%Y-%m-%dT%H:%M:%SZ"), "end_time": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    endpoint = tour.ask("ListWebhookEndpoints")["webhook_endpoints"][0]["webhook_endpoint_id"]
    tour.ask("RedeliverEvents", webhook_endpoint_id=endpoint, created=period)
    event = tour.ask("ListEvents", page_size=2)["events"][0]["event_id"]
    tour.ask("GetEvent", event_id=event)


def clock(tour: Tour) -> None:
    """Time goes on in the sandbox."""
    tour.ask("AdvanceClock", duration="3600s")
    tour.ask("GetClock")
