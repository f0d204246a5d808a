"""The gateway as a process: it says where it listens, shares its port, and stops without losing calls."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import httpx
import pytest

from corridor.payouts.v1 import payout_service_pb2
from gateway.settings import parse
from tests.gateway.calls import GET_PAYOUT, ID, PAYOUT
from tests.gateway.scripted import Upstream


@contextmanager
def running(upstream: Upstream, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "gateway", "--port", "0", "--upstream", upstream.target, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())["url"]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def test_a_stopped_gateway_finishes_what_it_began(upstream: Upstream) -> None:
    began, go = threading.Event(), threading.Event()

    def slow(request: bytes, context: grpc.ServicerContext) -> bytes:
        began.set()
        assert go.wait(10)
        return payout_service_pb2.GetPayoutResponse(payout=PAYOUT).SerializeToString()

    upstream.replies[GET_PAYOUT] = slow
    answers: list[int] = []
    with running(upstream) as (process, url):
        caller = threading.Thread(target=lambda: answers.append(httpx.get(f"{url}/v1/payouts/{ID}").status_code))
        caller.start()
        assert began.wait(10)
        process.send_signal(signal.SIGTERM)
        go.set()
        caller.join(10)
        assert 0 == process.wait(20)

    assert [200] == answers


def test_several_processes_share_one_port_and_one_set_of_metrics(upstream: Upstream) -> None:
    upstream.replies[GET_PAYOUT] = payout_service_pb2.GetPayoutResponse(payout=PAYOUT)
    with running(upstream, "--processes", "2") as (process, url):
        for _ in range(20):
            assert 200 == httpx.get(f"{url}/v1/payouts/{ID}").status_code  # a new connection each time
        metrics = httpx.get(f"{url}/metrics").text
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(20)

    counted = [line for line in metrics.splitlines() if "_count{" in line and "GetPayout" in line]
    assert 20.0 == sum(float(line.rsplit(" ", 1)[1]) for line in counted)


def test_a_taken_port_is_one_line_and_exit_code_1() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "gateway", "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30)

    assert (1, 1) == (ended.returncode, len(ended.stderr.splitlines()))
    assert "cannot listen" in ended.stderr


def test_a_missing_contract_is_one_line_and_exit_code_1() -> None:
    command = [sys.executable, "-m", "gateway", "--port", "0", "--contract", "/nowhere.binpb"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30)

    assert (1, 1) == (ended.returncode, len(ended.stderr.splitlines()))
    assert "corridor gen" in ended.stderr


def test_options_come_from_the_command_line_before_the_environment() -> None:
    environment = {"CORRIDOR_GATEWAY_PORT": "9001", "CORRIDOR_GATEWAY_BODY_BYTES": "5"}

    assert (9001, 5) == (parse([], environment).port, parse([], environment).limits.body_bytes)
    assert 9002 == parse(["--port", "9002"], environment).port


@pytest.mark.parametrize("environment", [{"CORRIDOR_GATEWAY_PORT": "x"}, {"CORRIDOR_GATEWAY_BODY_SECONDS": ""}])
def test_a_setting_of_the_wrong_type_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(SystemExit):
        parse([], os.environ | environment)
