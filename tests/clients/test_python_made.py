"""The generated half of the Python client says what the contract says: methods, signatures, JSON, errors, types."""

import dataclasses
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

import corridor_client
from corridor.options.v1 import method_pb2
from corridor_client import errors, webhooks
from corridor_client.client import AsyncClient, Client
from corridor_client_runtime import VERSION, json_codec
from corridor_client_runtime.methods import Key
from corridor_client_runtime.methods import Method as Made
from server.cli.contracts import python_client
from server.kit import contract
from tests.architecture.house import ROOT

SERVICES = python_client.services()
_OPEN = {method_pb2.CALLER_KIND_PROVIDER, method_pb2.CALLER_KIND_ANONYMOUS}


def calls(service: python_client.Service, awaited: bool = False) -> Any:
    """The class of a service's methods."""
    module = importlib.import_module(".".join(["corridor_client", *service.package, "calls"]))
    return getattr(module, ("Async" if awaited else "") + service.name)


def test_every_method_with_a_credential_can_be_called() -> None:
    made = {method.path for service in SERVICES for method in service.methods}
    wanted = {path for path, method in contract.methods().items() if not method.callers or method.callers - _OPEN}

    assert wanted == made
    for service in SERVICES:
        for kind, client in ((calls(service), Client), (calls(service, True), AsyncClient)):
            assert hasattr(client, service.attribute), service.attribute
            assert {python_client.snake(method.name) for method in service.methods} <= set(vars(kind))


def test_a_service_is_named_after_what_it_lists() -> None:
    names = {service.attribute for service in SERVICES}

    assert {"payouts", "beneficiaries", "api_keys", "oauth_clients", "refunds", "health", "clock", "routing"} <= names
    assert len(names) == len(SERVICES)


def test_a_signature_has_every_field_of_the_request() -> None:
    for service in SERVICES:
        for method in service.methods:
            found = inspect.signature(getattr(calls(service), python_client.snake(method.name))).parameters
            fields = {field.name for field in method.request.DESCRIPTOR.fields}
            assert fields <= {name.rstrip("_") for name in found}, method.path
            assert method.writes == ("idempotency_key" in found), method.path


def test_a_call_knows_its_policy_and_its_binding() -> None:
    made: dict[str, Made[Any]] = {}
    for service in SERVICES:
        module = inspect.getmodule(calls(service))
        made |= {each.path: each for each in vars(module).values() if isinstance(each, Made)}

    for path, each in made.items():
        method = contract.methods()[path]
        rules = {1: Key.NONE, 2: Key.OPTIONAL, 3: Key.REQUIRED}
        assert (rules[method.policy.idempotency], method.deadline_seconds) == (each.key, each.deadline_seconds)
        told = f"{each.http.verb} {each.http.path}" if each.http else ""
        assert contract.http_rule(method) == told


def test_there_is_an_error_for_every_reason() -> None:
    known = {contract.reason_name(value) for value in contract.reasons.ErrorReason.values() if value}

    assert known == set(errors.BY_REASON) == {str(each) for each in errors.Reason}
    for name, kind in errors.BY_REASON.items():
        facts = contract.facts(contract.reasons.ErrorReason.Value(f"ERROR_REASON_{name}"))
        assert (name, facts.http_status, facts.retryable) == (kind.reason, kind.http_status, kind.retryable)
        assert kind.error_class in {"TRANSIENT", "PERMANENT", "MANUAL_REPAIR", "COMPLIANCE_HOLD"}


def test_there_is_a_message_for_every_event() -> None:
    assert {kind.DESCRIPTOR.full_name for kind in contract.event_types().values()} == set(webhooks.EVENT_MESSAGES)
    for place in webhooks.EVENT_MESSAGES.values():
        module, _, name = place.partition(":")
        assert dataclasses.is_dataclass(getattr(importlib.import_module(module), name))


# JSON: what the client writes is what the gateway reads, and the other way round


def filled(message: Message, depth: int = 0) -> Message:
    """The message with something in every field, a few levels deep."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type and field.message_type.GetOptions().map_entry:
            entry = field.message_type.fields_by_name
            if entry["value"].message_type is None:
                key: Any = "k" if entry["key"].cpp_type == FieldDescriptor.CPPTYPE_STRING else 7
                getattr(message, field.name)[key] = value(entry["value"])
        elif field.message_type is None:
            if field.is_repeated:
                getattr(message, field.name).extend([value(field)] * 2)
            else:
                setattr(message, field.name, value(field))
        elif depth < 3 and field.message_type.full_name != "google.protobuf.Any":
            inner = getattr(message, field.name).add() if field.is_repeated else getattr(message, field.name)
            if field.message_type.full_name == "google.protobuf.FieldMask":
                inner.paths.extend(["event_types", "url"])
            else:
                filled(inner, depth + 1)
                inner.SetInParent()
    return message


def value(field: FieldDescriptor) -> Any:
    """A value of the field's type that no default is."""
    if field.enum_type:
        return field.enum_type.values[-1].number
    if field.containing_type.full_name in {"google.protobuf.Timestamp", "google.protobuf.Duration"}:
        return 1_790_000_000 if field.name == "seconds" else 250_000_000
    kinds: dict[int, Any] = {
        FieldDescriptor.CPPTYPE_STRING: b"\x00\xff" if field.type == FieldDescriptor.TYPE_BYTES else 'ü"/',
        FieldDescriptor.CPPTYPE_BOOL: True,
        FieldDescriptor.CPPTYPE_DOUBLE: 0.5,
        FieldDescriptor.CPPTYPE_FLOAT: 0.5,
    }
    return kinds.get(field.cpp_type, 7)


def messages() -> Iterator[tuple[Descriptor, Any]]:
    """Every request and response, as descriptor and as the client's class."""
    for service in SERVICES:
        module = importlib.import_module(".".join(["corridor_client", *service.package]))
        for method in service.methods:
            for kind in (method.request.DESCRIPTOR, method.response.DESCRIPTOR):
                yield kind, getattr(module, kind.name)


def test_json_is_that_of_the_gateway_for_every_message() -> None:
    for descriptor, kind in messages():
        message = filled(message_factory.GetMessageClass(descriptor)())
        expected = json_format.MessageToDict(message, preserving_proto_field_name=True)
        ours = kind.parse(message.SerializeToString())

        assert expected == json_codec.encode(ours), descriptor.full_name
        assert ours == json_codec.decode(kind, expected), descriptor.full_name


def test_an_enum_value_that_is_newer_than_the_client_reads_as_unspecified() -> None:
    from corridor_client.payouts.v1 import Payout, PayoutState

    found = json_codec.decode(Payout, {"state": "PAYOUT_STATE_ON_THE_MOON", "amount": {"amount_minor": "9"}})

    assert PayoutState.UNSPECIFIED == found.state
    assert found.amount is not None
    assert 9 == found.amount.amount_minor


# The package


def test_importing_the_client_loads_no_calls_and_no_transport() -> None:
    program = (
        "import sys, corridor_client; corridor_client.errors.NotFound; corridor_client.webhooks.verify; "
        "print([n for n in ('grpc', 'httpx', 'opentelemetry', 'corridor_client.payouts.v1', 'server') "
        "if n in sys.modules])"
    )

    assert "[]\n" == subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_the_version_is_said_once() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "clients/python/pyproject.toml").read_text()
    assert VERSION == corridor_client.__version__


def test_the_client_knows_nothing_of_the_server() -> None:
    from tests.architecture import house

    for path in house.sources("clients/python", "gen/corridor_client"):
        source = (house.ROOT / path).read_text()
        first = {name.split(".")[0] for name in house.imports(path, source)}
        refused = first & {"server", "adapters", "gateway", "corridor", "corridor_json", "tests", "google"}
        assert set() == refused, path


@pytest.mark.parametrize("rule", ["long_file", "long_functions", "missing_docstring", "unreasoned_suppressions"])
def test_what_is_written_by_hand_keeps_the_house_rules(rule: str) -> None:
    from tests.architecture import house

    found = [
        line
        for path in house.sources("clients/python")
        for line in getattr(house, rule)(path, (house.ROOT / path).read_text())
    ]
    assert [] == found


def test_programs_that_use_the_client_pass_mypy_in_strict_mode(tmp_path: Path) -> None:
    settings = tmp_path / "mypy.ini"
    settings.write_text(
        "[mypy]\nstrict = True\nmypy_path = gen:clients/python/src\n"
        "[mypy-corridor_client.*.v1]\nignore_errors = True\n"  # by betterproto2
        "[mypy-corridor_client.google.*]\nignore_errors = True\n"
        "[mypy-corridor_client.message_pool]\nignore_errors = True\n"
    )
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "import corridor_client\n"
        "client = corridor_client.connect('https://x', api_key='k')\n"
        "client.payouts.create_payout(beneficiary='ben')\n"
        "payout: str = client.payouts.get_payout(payout_id='po')\n"
    )
    samples = sorted(str(path) for path in (ROOT / "clients/python/samples").glob("*.py"))
    command = [sys.executable, "-m", "mypy", "--config-file", str(settings), "--cache-dir", str(tmp_path / "cache")]

    done = subprocess.run([*command, *samples, str(wrong)], cwd=ROOT, capture_output=True, text=True)

    complaints = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert 2 == len(complaints), done.stdout
    assert all(str(wrong.name) in line for line in complaints), done.stdout


def test_no_provider_is_named_and_every_link_leads_somewhere() -> None:
    from adapters.kit import discovery
    from tests.architecture import house

    written = [path for path in house.texts("clients/python") if path.parts[0] == "clients"]
    written.append(Path("clients/README.md"))
    for path in written:
        text = (house.ROOT / path).read_text()
        for name in discovery.providers().keys() - {"sandbox"}:
            assert [] == house.strayed_vendor(path, text, name)
        if path.suffix == ".md":
            assert [] == house.dead_links(path, text)
