"""The control API of every simulator, below `/_control`: what a test or a person may do to the vendor.

Rule: everything here is also a method of `Simulator`; this file only reads JSON and calls it.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from adapters.kit.simulator_http import ACTS, Answer, Fault, Request
from adapters.kit.simulator_webhooks import Mode

if TYPE_CHECKING:
    from adapters.kit.simulator import Simulator


# What browsers and proxies add. Where the simulator's pages are shown to customers, its controls are not.
_FROM_OUTSIDE = frozenset({"origin", "sec-fetch-site", "forwarded", "x-forwarded-for", "x-real-ip", "via"})


def handle(simulator: "Simulator", request: Request) -> Answer:
    """Serve one control request."""
    if _FROM_OUTSIDE & request.headers.keys():
        return Answer(403, {"error": "the control API is for this machine's programs: no browser, no proxy"})
    serve = _ROUTES.get((request.method, request.path.removeprefix("/_control/")))
    if serve is None:
        return Answer(404, {"error": "no such control", "known": sorted(" ".join(key) for key in _ROUTES)})
    try:
        body = request.json() if request.body else {}
        return Answer(200, serve(simulator, body))
    except (ValueError, KeyError, TypeError) as error:
        return Answer(400, {"error": f"{type(error).__name__}: {error}"})


def _register(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    simulator.register(str(body["url"]), str(body["secret"]), str(body.get("account", "")))
    return {}


def _fault(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    if body["kind"] not in ACTS:
        raise ValueError(f"kind is one of {', '.join(ACTS)}")
    fault = Fault(body["kind"], int(body.get("status", 0)), float(body.get("seconds", 0)))
    simulator.fault(fault, str(body.get("operation", "*")), int(body.get("times", 1)))
    return {}


def _limit(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    headers = body.get("headers", "draft")
    simulator.limit(int(body["calls"]), float(body.get("seconds", 1.0)), headers if headers else "silent")
    return {}


def _clear(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    simulator.clear_faults()
    return {}


def _mode(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    values = dict(body)
    simulator.outbox.reseed(int(values.pop("seed", 0)))
    simulator.outbox.mode = Mode(**values)
    return dataclasses.asdict(simulator.outbox.mode)


def _replay(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    return {"sent": simulator.outbox.replay(int(body.get("seed", 0)), str(body.get("group", "")))}


def _timing(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    simulator.step_seconds = float(body.get("step_seconds", simulator.step_seconds))
    simulator.clock_offset_seconds += float(body.get("advance_seconds", 0))
    return {"step_seconds": simulator.step_seconds, "clock_offset_seconds": simulator.clock_offset_seconds}


def _move(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    with simulator.store.lock:
        return {"moved": simulator.move(str(body["id"]), str(body["to"]))}


def _books(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    with simulator.store.lock:
        return {"entries": [dataclasses.asdict(entry) for entry in simulator.books()]}


def _deliveries(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    return {"deliveries": [dataclasses.asdict(delivery) for delivery in list(simulator.outbox.deliveries)]}


def _requests(simulator: "Simulator", body: Mapping[str, Any]) -> object:
    with simulator.store.lock:
        refusals = simulator.rate_limit.refusals if simulator.rate_limit else 0
        return {"requests": [operation for operation, _ in simulator.requests], "refused": refusals}


_ROUTES: Mapping[tuple[str, str], Callable[["Simulator", Mapping[str, Any]], object]] = {
    ("POST", "webhook"):     _register,    # {url, secret, account?}
    ("POST", "fault"):       _fault,       # {kind, operation?, times?, status?, seconds?}
    ("POST", "limit"):       _limit,       # {calls, seconds?, headers?}
    ("POST", "clear"):       _clear,       # {}
    ("POST", "mode"):        _mode,        # {drop?, duplicate?, reverse?, delay_seconds?, seed?}
    ("POST", "replay"):      _replay,      # {seed?, group?}
    ("POST", "timing"):      _timing,      # {step_seconds?, advance_seconds?}
    ("POST", "move"):        _move,        # {id, to}
    ("GET", "books"):        _books,
    ("GET", "deliveries"):   _deliveries,
    ("GET", "requests"):     _requests,
}  # fmt: skip
