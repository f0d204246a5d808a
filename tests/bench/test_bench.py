"""The arithmetic and the honesty of the bench. Nothing here measures time."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from tests.bench import database
from tests.bench.frames import HttpConnection
from tests.bench.load import Target, run
from tests.bench.rows_gateway import envoy_configuration
from tests.bench.run import ReconcileError, Scale, reconcile, rounds
from tests.bench.table import Failed, Row, as_json, ratio, render, spread

_PGBENCH = """
transaction type: accept.sql
number of clients: 8
duration: 4 s
number of transactions actually processed: 5090
number of failed transactions: 0 (0.000%)
latency average = 6.288 ms
tps = 1272.191837 (without initial connection time)
"""


def _row(*rounds: float) -> Row:
    ones = [1.0] * len(rounds)
    return ratio("writes", rounds, ones, aim=0.35, goal=0.50, labels=("ours", "theirs"))


def test_a_ratio_is_formed_round_by_round() -> None:
    row = ratio("writes", [10, 90, 20], [20, 90, 80], aim=0.35, goal=0.5, labels=("ours", "theirs"))
    assert (0.5, 0.25, 1.0, 3) == (row.value.median, row.value.low, row.value.high, row.value.rounds)


def test_sides_that_differ_in_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio("writes", [1.0, 2.0], [1.0], aim=0.1, goal=0.2, labels=("ours", "theirs"))


def test_a_spread_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no round"):
        spread([])


@pytest.mark.parametrize(("median", "verdict"), [(0.34, "missed"), (0.35, "aim"), (0.49, "aim"), (0.50, "goal")])
def test_a_verdict_follows_from_the_median(median: float, verdict: str) -> None:
    assert verdict == _row(median, median).verdict


def test_the_table_shows_aim_goal_and_what_could_not_be_measured() -> None:
    text = render([_row(0.4), Failed("gateway", "envoy is not installed")], {"machine": "2 cores"})
    assert "machine: 2 cores" in text
    assert "| writes   | 0.40   |        | 0.35 | 0.50 | aim     | ours 0.40, theirs 1.00 |" in text
    assert "not measured: gateway: envoy is not installed" in text


def test_the_json_has_the_same_rows() -> None:
    found = as_json([_row(0.4), Failed("gateway", "gone")], {})
    assert [{"name": "gateway", "reason": "gone"}] == found["failures"]
    assert isinstance(found["rows"], list)
    assert ["aim"] == [row["verdict"] for row in found["rows"]]


def test_rows_that_match_the_successes_are_accepted() -> None:
    reconcile({"payouts": 3, "events": 3}, {"payouts": 10, "events": 10}, 7)


def test_a_row_too_few_or_too_many_is_refused() -> None:
    with pytest.raises(ReconcileError, match="'events': 6"):
        reconcile({"payouts": 3, "events": 3}, {"payouts": 10, "events": 9}, 7)


def test_sides_take_turns_after_one_round_of_warming_up() -> None:
    order: list[str] = []

    def side(name: str, figure: float) -> float:
        order.append(name)
        return figure

    scale = Scale(2, 0.0, (1,), lambda _: None)
    found = rounds(scale, {"a": lambda _: side("a", 1.0), "b": lambda _: side("b", 2.0)})
    assert ["a", "b", "a", "b", "a", "b"] == order
    assert {"a": [1.0, 1.0], "b": [2.0, 2.0]} == found


def test_what_pgbench_says_is_read() -> None:
    assert database.Pgbench(1272.191837, 5090, 0) == database.parsed(_PGBENCH)


def test_envoy_is_told_where_to_listen_and_whom_to_ask() -> None:
    found = envoy_configuration(1234, "127.0.0.1:5678", Path("contract.binpb"))["static_resources"]
    assert 1234 == found["listeners"][0]["address"]["socket_address"]["port_value"]
    endpoint = found["clusters"][0]["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    assert 5678 == endpoint["address"]["socket_address"]["port_value"]


@contextlib.contextmanager
def _server(*, failing: bool) -> Iterator[tuple[str, list[str]]]:
    keys: list[str] = []

    def answer(_: Empty, context: grpc.ServicerContext) -> Empty:
        keys.extend(str(value) for name, value in context.invocation_metadata() if name == "idempotency-key")
        if failing:
            context.abort(grpc.StatusCode.INTERNAL, "broken")
        return Empty()

    handler = grpc.unary_unary_rpc_method_handler(answer, Empty.FromString, Empty.SerializeToString)
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("a.B", {"C": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", keys
    finally:
        server.stop(0).wait()


def test_the_load_generator_sends_a_new_key_with_each_call_and_leaves_none_behind() -> None:
    with _server(failing=False) as (address, keys):
        load = run(Target("grpc", address, "/a.B/C", (("x", "y" * 200),), b"", keyed=True), 0.2, 0.0)
    assert 0 == load.failed
    assert load.ok == len(keys) == len(set(keys)) > 0


def test_the_load_generator_sees_failures_behind_http_200() -> None:
    with _server(failing=True) as (address, _):
        load = run(Target("grpc", address, "/a.B/C", (), b"", connections=1, streams=2), 0.1, 0.0)
    assert 0 == load.ok < load.failed


def test_http_answers_are_counted_by_their_status_even_in_pieces() -> None:
    connection = HttpConnection("localhost", "/v1/payouts", (), b"{}")
    for status in (b"200 OK", b"500 Oh"):
        connection.request("key")
        for piece in (b"HTTP/1.1 " + status + b"\r\nContent-Le", b"ngth: 2\r\n\r\n{", b"}"):
            connection.received(piece)
    assert (1, 1, 0) == (connection.ok, connection.failed, connection.in_flight)
