"""What every call passes: ids, refusals and their audit rows, errors without detail, scopes, spans, counters."""

import contextlib
import uuid
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from corridor.options.v1 import method_pb2
from corridor.payouts.v1 import payout_service_pb2 as api
from server import app, servicers
from server.interceptors.telemetry import Telemetry
from server.kit import contract, ids
from server.kit.contract import PolicyError
from tests.server import bench_server, people
from tests.serving import Client, Refused, Running

LIST, GET, CANCEL = "PayoutService/ListPayouts", "PayoutService/GetPayout", "PayoutService/CancelPayout"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def nothing(_: Running) -> api.CancelPayoutRequest:
    """A change to a payout that does not exist."""
    return api.CancelPayoutRequest(payout_id=ids.new("po"))


def refusals(corridor: Running, client: Client) -> list[tuple[str, str, str]]:
    """The audit's refused calls: action, reason, request id."""
    with people.rows(corridor, client) as connection:
        query = "SELECT action, reason, request_id FROM corridor.audit WHERE outcome = 2 ORDER BY audit_entry_id"
        return connection.execute(query).fetchall()


def test_a_method_without_a_whole_policy_does_not_start() -> None:
    whole: dict[str, Any] = {
        "scopes": ["payouts:read"],
        "idempotency": method_pb2.IDEMPOTENCY_RULE_NONE,
        "deadline": Duration(seconds=5),
        "audit": "payout.get",
        "rate_class": method_pb2.RATE_CLASS_READ,
    }
    contract.check_policy("x.Y.Z", method_pb2.MethodPolicy(**whole))

    for missing in whole:
        rest = {name: value for name, value in whole.items() if name != missing}
        with pytest.raises(PolicyError, match=missing):
            contract.check_policy("x.Y.Z", method_pb2.MethodPolicy(**rest))


def test_a_method_without_a_servicer_does_not_start(corridor: Running) -> None:
    by_name = dict(servicers.all_of(corridor.parts))
    del by_name[bench_server.PAYOUTS]
    server = grpc.server(None)  # type: ignore[arg-type] # never started

    with pytest.raises(LookupError, match=r"nothing serves /corridor\.payouts\.v1\.PayoutService/"):
        app.add_services(server, by_name, ())


def test_ids_that_were_sent_come_back(corridor: Running) -> None:
    client = corridor.client()

    client.call(LIST, api.ListPayoutsRequest(), x_request_id="req-1", x_correlation_id="corr:1.a_b")

    assert ("req-1", "corr:1.a_b") == (client.trailers["x-request-id"], client.trailers["x-correlation-id"])


def test_ids_that_were_not_sent_are_made(corridor: Running) -> None:
    client = corridor.client()

    client.call(LIST, api.ListPayoutsRequest())

    assert 4 == uuid.UUID(client.trailers["x-request-id"]).version
    assert client.trailers["x-request-id"] == client.trailers["x-correlation-id"]


def test_a_refused_call_has_its_ids_too(corridor: Running) -> None:
    client = corridor.client()

    found = people.refused(client, GET, api.GetPayoutRequest(payout_id=ids.new("po")), x_request_id="req-2")

    assert "req-2" == found.trailers["x-request-id"]


@pytest.mark.parametrize("name", ["x_request_id", "x_correlation_id"])
@pytest.mark.parametrize("value", ["a b", "x" * 129, "a/b", "<script>", "a;b"])
def test_ids_that_cannot_be_used_are_refused(corridor: Running, name: str, value: str) -> None:
    found = people.refused(corridor.client(), LIST, api.ListPayoutsRequest(), **{name: value})

    assert ("INVALID_ARGUMENT", [name.replace("_", "-")]) == (found.reason, found.fields)
    assert value not in found.trailers.values()


def test_the_correlation_id_reaches_what_is_written(corridor: Running) -> None:
    client = corridor.client()
    request = people.create(people.beneficiary(client))

    made = client.call("PayoutService/CreatePayout", request, key="k", x_correlation_id="corr-9").payout

    with people.rows(corridor, client) as connection:
        for table in ("audit", "events", "work"):
            query = f"SELECT correlation_id FROM corridor.{table} WHERE resource_id = %s"
            assert [("corr-9",)] == connection.execute(query, (made.payout_id,)).fetchall()
    assert "corr-9" == made.correlation_id


@pytest.mark.parametrize(
    "credential",
    ["", "Bearer", "Bearer nonsense", "Basic ck_test_x", "ck_test_" + "0" * 16, "Bearer ck_test_" + "0" * 69],
)
def test_a_stranger_is_refused_and_fills_no_table(corridor: Running, credential: str) -> None:
    stranger = Client(corridor.address, "")

    found = people.refused(stranger, LIST, api.ListPayoutsRequest(), authorization=credential)

    assert ("CREDENTIAL_MALFORMED", grpc.StatusCode.UNAUTHENTICATED) == (found.reason, found.code)


def test_a_call_without_a_credential_is_refused(corridor: Running) -> None:
    found = people.refused(Client(corridor.address, ""), LIST, api.ListPayoutsRequest())

    assert ("CREDENTIAL_MISSING", grpc.StatusCode.UNAUTHENTICATED) == (found.reason, found.code)


def test_a_wrong_secret_is_recorded_for_the_company_whose_key_it_pretends_to_be(corridor: Running) -> None:
    client = corridor.client()
    forger = Client(corridor.address, client.key[:25] + "0" * 52)

    found = people.refused(forger, LIST, api.ListPayoutsRequest(), x_request_id="forged")

    assert "UNAUTHENTICATED" == found.reason
    assert [("payout.list", "UNAUTHENTICATED", "forged")] == refusals(corridor, client)


def test_a_missing_scope_is_named_and_recorded(corridor: Running) -> None:
    client = corridor.client(scopes=["beneficiaries:read"])

    found = people.refused(client, LIST, api.ListPayoutsRequest(), x_request_id="r")

    assert ("PERMISSION_DENIED", grpc.StatusCode.PERMISSION_DENIED) == (found.reason, found.code)
    assert "payouts:read" in found.status.message
    assert [("payout.list", "PERMISSION_DENIED", "r")] == refusals(corridor, client)


def test_a_refused_change_and_a_refused_read_are_recorded(corridor: Running) -> None:
    client = corridor.client()

    people.refused(client, CANCEL, nothing(corridor), x_request_id="change")
    people.refused(client, GET, api.GetPayoutRequest(payout_id=ids.new("po")), x_request_id="read")

    expected = [("payout.cancel", "NOT_FOUND", "change"), ("payout.get", "NOT_FOUND", "read")]
    assert expected == refusals(corridor, client)


def test_a_refusal_and_its_replay_are_recorded(corridor: Running) -> None:
    client = corridor.client()
    request = nothing(corridor)

    for _ in range(2):
        assert "NOT_FOUND" == people.refused(client, CANCEL, request, key="k").reason

    assert 2 == len(refusals(corridor, client))


def test_what_was_not_foreseen_shows_an_error_id_and_nothing_else(corridor: Running) -> None:
    def broken(request: object, context: object) -> None:
        raise RuntimeError("canary: password=hunter2")

    with bench_server.serving(corridor, GetPayout=broken) as (address, _):
        client = Client(address, corridor.client().key)
        found = people.refused(client, GET, api.GetPayoutRequest(payout_id=ids.new("po")))

    assert ("INTERNAL", grpc.StatusCode.INTERNAL) == (found.reason, found.code)
    assert "err_" in found.status.message
    assert not [word for word in (b"canary", b"hunter2", b"RuntimeError") if word in found.status.SerializeToString()]


def test_what_was_not_foreseen_keeps_no_key(corridor: Running) -> None:
    calls: list[int] = []

    def broken(request: object, context: object) -> api.CancelPayoutResponse:
        calls.append(1)
        raise RuntimeError

    with bench_server.serving(corridor, CancelPayout=broken) as (address, _):
        client = Client(address, corridor.client().key)
        request = nothing(corridor)
        for _ in range(2):
            assert "INTERNAL" == people.refused(client, CANCEL, request, key="k").reason

    assert 2 == len(calls)


def traced(corridor: Running, traceparent: str) -> tuple[list[Any], str]:
    """The spans of a refused call with a traceparent, and what the call's context knew."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    through = [Telemetry(corridor.parts.metrics, provider), *bench_server.chain(corridor)[1:]]
    with bench_server.serving(corridor, through) as (address, _):
        client = Client(address, corridor.client().key)
        request = people.create(people.beneficiary(client))
        made = client.call("PayoutService/CreatePayout", request, key="k", traceparent=traceparent).payout
        with corridor.parts.store.anyone() as connection:
            query = "SELECT traceparent FROM corridor.work WHERE resource_id = %s"
            row = connection.execute(query, (made.payout_id,)).fetchone()
    return [span for span in exporter.get_finished_spans() if "CreatePayout" in span.name], row[0] if row else ""


@pytest.mark.parametrize("flags", ["01", "03"])
def test_a_sampled_call_becomes_a_span_of_the_callers_trace(corridor: Running, flags: str) -> None:
    (span,), carried = traced(corridor, f"00-{TRACE}-{SPAN}-{flags}")

    assert "corridor.payouts.v1.PayoutService/CreatePayout" == span.name
    assert (TRACE, SPAN) == (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}")
    assert ("grpc", "CreatePayout") == (span.attributes["rpc.system.name"], span.attributes["rpc.method"])
    assert carried.startswith(f"00-{TRACE}-{span.context.span_id:016x}-")


@pytest.mark.parametrize("traceparent", [f"00-{TRACE}-{SPAN}-00", "nonsense-01", f"00-{'0' * 32}-{SPAN}-01"])
def test_other_calls_become_no_span(corridor: Running, traceparent: str) -> None:
    spans, carried = traced(corridor, traceparent)

    assert [] == spans
    assert (traceparent if TRACE in traceparent else "") == carried


def counted(corridor: Running, name: str, code: str) -> float:
    """How many calls of a method ended with a code."""
    labels = {"rpc_method": f"/corridor.payouts.v1.{name}", "rpc_response_status_code": code}
    sample = "rpc_server_call_duration_seconds_count"
    return corridor.parts.metrics.registry.get_sample_value(sample, labels) or 0.0


def test_calls_are_counted_by_method_and_end(corridor: Running) -> None:
    client = corridor.client()
    before = counted(corridor, LIST, "OK"), counted(corridor, GET, "NOT_FOUND")

    client.call(LIST, api.ListPayoutsRequest())
    people.refused(client, GET, api.GetPayoutRequest(payout_id=ids.new("po")))

    assert (before[0] + 1, before[1] + 1) == (counted(corridor, LIST, "OK"), counted(corridor, GET, "NOT_FOUND"))


@pytest.mark.parametrize("result", ["replayed", "reused"])
def test_repetitions_are_counted_by_their_answer(corridor: Running, result: str) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    read = corridor.parts.metrics.registry.get_sample_value
    before = read("corridor_idempotency_repetitions_total", {"result": result}) or 0.0

    client.call("PayoutService/CreatePayout", people.create(to, 1), key="k")
    with contextlib.suppress(Refused):
        client.call("PayoutService/CreatePayout", people.create(to, 1 if result == "replayed" else 2), key="k")

    assert before + 1 == read("corridor_idempotency_repetitions_total", {"result": result})
