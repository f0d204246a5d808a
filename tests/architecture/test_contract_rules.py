"""What every RPC, field, list, state and error reason of the contract keeps. Read from descriptors, so nothing escapes.

Wrong examples are compiled here, because a checker that cannot fail proves nothing.
"""

import importlib
import pkgutil

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto

import server.domains
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from server.kit import contract
from server.kit.lifecycle import Lifecycle
from tests.architecture import contract_rules as rules

DOMAINS = sorted(module.name for module in pkgutil.iter_modules(server.domains.__path__) if module.ispkg)


def wrong_message(kind: int, *, repeated: bool = False, enum: bool = False) -> Descriptor:
    """A message with one field, without any rule on it."""
    file = FileDescriptorProto(name="wrong.proto", package="wrong", syntax="proto3")
    message = file.message_type.add(name="Wrong")
    label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
    field = message.field.add(name="field", number=1, label=label)
    field.type = kind  # type: ignore[assignment] # the enum's number
    if enum:
        field.type_name = ".wrong.Kind"
        file.enum_type.add(name="Kind").value.add(name="KIND_UNSPECIFIED", number=0)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool.FindMessageTypeByName("wrong.Wrong")


def test_every_rpc_has_a_policy_and_an_http_binding() -> None:
    assert [] == [path for path, method in contract.methods().items() if not contract.http_rule(method)]


def test_providers_deliver_to_an_rpc_like_every_other() -> None:
    method = contract.methods()["/corridor.webhooks.v1.InboundDeliveryService/ReceiveInboundDelivery"]

    assert "POST /v1/webhooks/inbound/{connection_id}" == contract.http_rule(method)


def test_a_method_without_a_whole_policy_is_refused() -> None:
    with pytest.raises(contract.PolicyError, match="has no scopes, idempotency, deadline, audit, rate_class"):
        contract.check_policy("wrong.Service.Do", method_pb2.MethodPolicy())


def test_no_two_methods_share_a_binding_or_an_audit_action() -> None:
    methods = contract.methods().values()
    bindings = [contract.http_rule(method) for method in methods]
    actions = [method.policy.audit for method in methods]

    assert sorted(set(bindings)) == sorted(bindings)
    assert sorted(set(actions)) == sorted(actions)


def test_every_value_in_a_request_has_a_largest_size_and_a_known_meaning() -> None:
    found = {
        line
        for method in contract.methods().values()
        for field in rules.fields(method.descriptor.input_type)
        for line in rules.unbounded(field)
    }

    assert set() == found


@pytest.mark.parametrize(
    ("message", "problems"),
    [
        (wrong_message(FieldDescriptorProto.TYPE_STRING), ["no max_len"]),
        (wrong_message(FieldDescriptorProto.TYPE_BYTES), ["no max_len"]),
        (wrong_message(FieldDescriptorProto.TYPE_ENUM, enum=True), ["not defined_only"]),
        (wrong_message(FieldDescriptorProto.TYPE_INT32, repeated=True), ["no max_items"]),
        (wrong_message(FieldDescriptorProto.TYPE_STRING, repeated=True), ["no max_items", "items: no max_len"]),
    ],
    ids=["string", "bytes", "enum", "repeated number", "repeated string"],
)
def test_a_field_without_bounds_is_refused(message: Descriptor, problems: list[str]) -> None:
    found = [line for field in rules.fields(message) for line in rules.unbounded(field)]

    assert [f"wrong.Wrong.field: {problem}" for problem in problems] == found


def test_every_list_is_read_page_by_page() -> None:
    assert [] == [line for method in contract.methods().values() for line in rules.unpaged(method.descriptor)]


def test_a_list_without_pages_is_refused() -> None:
    file = FileDescriptorProto(name="wrong.proto", package="wrong", syntax="proto3")
    file.message_type.add(name="Nothing")
    file.service.add(name="Service").method.add(
        name="ListThings", input_type=".wrong.Nothing", output_type=".wrong.Nothing"
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)

    found = rules.unpaged(pool.FindMethodByName("wrong.Service.ListThings"))

    assert [
        "wrong.Service.ListThings: the request has no page_size",
        "wrong.Service.ListThings: the request has no page_token",
        "wrong.Service.ListThings: the response has no next_page_token",
        "wrong.Service.ListThings: the response does not hold one list",
    ] == found


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_lifecycle_covers_its_enum(domain: str) -> None:
    package = importlib.import_module(f"server.domains.{domain}")
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    modules = [importlib.import_module(module.name) for module in found if module.name.endswith("lifecycle")]
    tables = [value.table for module in modules for value in vars(module).values() if isinstance(value, Lifecycle)]
    states = [
        {value.number for value in enum.values if value.number}
        for file in contract.files()
        # What a provider says of something is none of its states.
        if file.package == f"corridor.{domain}.v1" and not file.name.endswith("_observation.proto")
        for name, enum in file.enum_types_by_name.items()
        if name.endswith("State")
    ]

    assert states
    assert sorted(map(sorted, states)) == sorted(map(sorted, tables))


def test_a_table_that_forgets_a_state_is_refused() -> None:
    with pytest.raises(ValueError, match=r"states without a row: \[2\]"):
        Lifecycle({1: {2}})


@pytest.mark.parametrize("reason", rules.all_reasons(), ids=contract.reason_name)
def test_every_error_reason_says_what_callers_can_rely_on(reason: int) -> None:
    assert [] == rules.wrong_facts(reason, rules.reason_comments()[reason])


def test_a_reason_without_facts_or_example_is_refused() -> None:
    assert 6 == len(rules.wrong_facts(0, " Not a reason.\n"))


def test_every_reason_that_a_method_declares_exists() -> None:
    known = set(rules.all_reasons())

    assert [] == [path for path, method in contract.methods().items() if set(method.errors) - known]


def test_methods_that_honour_a_key_declare_what_a_key_can_meet() -> None:
    wanted = {
        reasons.ERROR_REASON_IDEMPOTENCY_KEY_INVALID,
        reasons.ERROR_REASON_IDEMPOTENCY_KEY_REUSED,
        reasons.ERROR_REASON_IDEMPOTENCY_IN_PROGRESS,
    }

    assert [] == [path for path, method in contract.methods().items() if method.writes and wanted - set(method.errors)]
