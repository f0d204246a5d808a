"""Rows about calls: writes against pgbench, and what needs little or no database against a bare echo."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.bench import database
from tests.bench.calls import CREATE, LIST, LISTED, SETTINGS
from tests.bench.load import Load, Target
from tests.bench.processes import Running
from tests.bench.run import Run, answered, reconcile, rounds
from tests.bench.table import Row, ratio

_PER_SECOND = "per second"


def writes(run: Run) -> Sequence[Row]:
    """CreatePayout with new keys, over gRPC and through the gateway, against the accept statement alone."""
    calls = run.calls()
    server = run.server("all cores")
    gateway = run.gateway(server)
    script = database.script(run.database)
    clients = _best_clients(run, lambda count, seconds: database.pgbench(run.database, script, count, seconds))
    loads: dict[str, list[Load]] = {"grpc": [], "http": []}
    cpu: dict[str, list[float]] = {"server and PostgreSQL µs": [], "pgbench and PostgreSQL µs": []}

    def load(name: str, target: Target) -> Callable[[float], float]:
        def measure(seconds: float) -> float:
            before, used = _fresh(run), server.cpu_seconds() + run.database.cpu_seconds()
            load = answered(target, seconds)
            used = server.cpu_seconds() + run.database.cpu_seconds() - used
            reconcile(before, run.database.counts(), load.ok)
            loads[name].append(load)
            if name == "grpc":
                cpu["server and PostgreSQL µs"].append(1e6 * used / load.ok)
            return load.per_second

        return measure

    def best(seconds: float) -> float:
        before, used = _fresh(run), run.database.cpu_seconds()
        done = database.pgbench(run.database, script, clients, seconds)
        used = run.database.cpu_seconds() + done.own_cpu_seconds - used
        reconcile(before, run.database.counts(), done.done)
        cpu["pgbench and PostgreSQL µs"].append(1e6 * used / done.done)
        return done.per_second

    grpc_side, http_side, bench_side = (
        f"server {_PER_SECOND}", f"gateway {_PER_SECOND}", f"pgbench of {clients} {_PER_SECOND}",
    )  # fmt: skip
    sides = {
        grpc_side: load("grpc", calls.grpc(CREATE, server.address, keyed=True)),
        bench_side: best,
        http_side: load("http", replace(calls.http(gateway.address), connections=32)),
    }
    found = rounds(run.scale, sides)
    return [
        ratio(
            "server writes / pgbench", found[grpc_side], found[bench_side], aim=0.35, goal=0.50,
            labels=(grpc_side, bench_side), note=_latency(loads["grpc"]),
        ),
        ratio(
            "gateway writes / pgbench", found[http_side], found[bench_side], aim=0.25, goal=0.40,
            labels=(http_side, bench_side), note=_latency(loads["http"]),
        ),
        ratio(
            "pgbench / server writes, by CPU", *reversed(cpu.values()), aim=None, goal=None,
            labels=("pgbench and PostgreSQL µs", "server and PostgreSQL µs"),
            note="CPU per write, without the generator: steadier than rates where others use the machine too",
        ),
    ]  # fmt: skip


def chain(run: Run) -> Sequence[Row]:
    """The whole chain around a method that answers from memory, against a bare echo of the same messages."""
    calls = run.calls()
    row = _against_echo(
        run, "full chain without database / bare echo", run.server(), SETTINGS, aim=0.75, goal=0.85,
        note="GetPayoutSettings: all interceptors; key and settings are read again twice and once a second",
    )  # fmt: skip
    accept = _against_echo(
        run, "accept without its statement / bare echo", run.server("unwritten"), CREATE, keyed=True,
        note="CreatePayout with everything but the statement that writes",
    )  # fmt: skip
    assert calls.recorded
    return [row, accept]


def replays(run: Run) -> Sequence[Row]:
    """The same call with the same key, again and again, against a bare echo of the same messages."""
    return [_against_echo(run, "idempotent replay / bare echo", run.server(), CREATE, key="first-0", aim=0.5, goal=0.8)]


def lists(run: Run) -> Sequence[Row]:
    """The first page of payouts, against a bare echo of the same messages."""
    return [_against_echo(run, f"list of {LISTED} / bare echo", run.server(), LIST, aim=0.5, goal=0.8)]


def _against_echo(
    run: Run, name: str, server: Running, path: str, *, keyed: bool = False, key: str = "",
    aim: float | None = None, goal: float | None = None, note: str = "",
) -> Row:  # fmt: skip
    calls = run.calls()
    ours, bare = f"server {_PER_SECOND}", f"echo {_PER_SECOND}"
    loads: list[Load] = []

    def measure(address: str) -> Callable[[float], float]:
        def load(seconds: float) -> float:
            done = answered(calls.grpc(path, address, keyed=keyed, key=key), seconds)
            if address == server.address:
                loads.append(done)
            return done.per_second

        return load

    found = rounds(run.scale, {ours: measure(server.address), bare: measure(run.echo().address)})
    row = ratio(name, found[ours], found[bare], aim=aim, goal=goal, labels=(ours, bare))
    return replace(row, note="; ".join(part for part in (note, _latency(loads)) if part))


def _best_clients(run: Run, measure: Callable[[int, float], database.Pgbench]) -> int:
    """The number of clients with which pgbench is fastest."""
    found = {count: measure(count, min(2.0, run.scale.seconds)).per_second for count in run.scale.clients}
    run.scale.say("  pgbench by clients: " + ", ".join(f"{count}: {figure:,.0f}" for count, figure in found.items()))
    return max(found, key=lambda count: found[count])


def _fresh(run: Run) -> dict[str, int]:
    run.database.forget_work()
    run.database.settle()
    return run.database.counts()


def _latency(loads: Sequence[Load]) -> str:
    last = loads[-1]
    return f"p50 {last.p50_ms:.1f} ms, p99 {last.p99_ms:.1f} ms, generator used {last.own_cpu:.0%} of a core"
