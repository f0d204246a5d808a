"""Reflection: whoever asks is told everything that is served, in both versions; and nobody, where it is off."""

import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha import reflection_pb2 as pb
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from corridor.options.v1 import method_pb2
from corridor.payouts.v1.payout_service_pb2 import ListPayoutsRequest
from server.kit import contract
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.serving import Running, running, until

V1, V1_ALPHA = "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"

ENDPOINTS = "corridor.webhooks.v1.WebhookEndpointService"


@pytest.fixture(scope="module")
def telling(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with reflection."""
    url = fresh_database(postgres, f"telling_{worker()}", template=migrated)
    with running(url, tmp_path_factory.mktemp("telling"), reflection=True) as found:
        yield found


def ask(found: Running, service: str, **question: Any) -> pb.ServerReflectionResponse:
    """What a reflection client is told, without a credential."""
    with grpc.insecure_channel(found.address) as channel:
        stub = channel.stream_stream(
            f"/{service}/ServerReflectionInfo",
            request_serializer=pb.ServerReflectionRequest.SerializeToString,
            response_deserializer=pb.ServerReflectionResponse.FromString,
        )
        (answer,) = stub(iter([pb.ServerReflectionRequest(**question)]), timeout=30)
    return answer


def names(answer: pb.ServerReflectionResponse) -> set[str]:
    """The files that are told."""
    files = answer.file_descriptor_response.file_descriptor_proto
    return {FileDescriptorProto.FromString(each).name for each in files}


def test_a_client_makes_a_call_from_nothing_but_reflection(telling: Running) -> None:
    with grpc.insecure_channel(telling.address) as channel:
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        service = pool.FindServiceByName("corridor.payouts.v1.PayoutService")

    assert "payout_id" in service.methods_by_name["GetPayout"].input_type.fields_by_name


@pytest.mark.parametrize("version", [V1, V1_ALPHA])
def test_every_service_is_told_and_can_be_described(telling: Running, version: str) -> None:
    told = {each.name for each in ask(telling, version, list_services="").list_services_response.service}

    assert {service.full_name for service in contract.services()} <= told
    assert {"grpc.health.v1.Health", V1, V1_ALPHA} <= told
    for name in (V1, V1_ALPHA, "grpc.health.v1.Health", ENDPOINTS, f"{ENDPOINTS}.GetWebhookEndpoint"):
        assert names(ask(telling, version, file_containing_symbol=name))


@pytest.mark.parametrize("version", [V1, V1_ALPHA])
def test_our_options_can_be_looked_up(telling: Running, version: str) -> None:
    options, number = "google.protobuf.MethodOptions", method_pb2.policy.number
    known = ask(telling, version, all_extension_numbers_of_type=options).all_extension_numbers_response
    policy = pb.ExtensionRequest(containing_type=options, extension_number=number)

    assert number in known.extension_number
    assert "corridor/options/v1/method.proto" in names(ask(telling, version, file_containing_extension=policy))


def test_who_asks_nothing_and_stays_keeps_nobody_from_being_served(telling: Running) -> None:
    done = threading.Event()

    def silent() -> Iterator[pb.ServerReflectionRequest]:
        done.wait(60)
        yield from ()

    with grpc.insecure_channel(telling.address) as channel:
        stub = channel.stream_stream(
            f"/{V1}/ServerReflectionInfo",
            request_serializer=pb.ServerReflectionRequest.SerializeToString,
            response_deserializer=pb.ServerReflectionResponse.FromString,
        )
        streams = [stub(silent(), timeout=60) for _ in range(2 * telling.parts.settings.threads)]
        threads = telling.parts.settings.threads
        # More are refused than there are threads: so those that were let in keep some of them free.
        refused = until(lambda: len(ended := [each for each in streams if each.done()]) > threads and ended)
        assert {grpc.StatusCode.RESOURCE_EXHAUSTED} == {stream.code() for stream in refused}
        assert telling.client().call("PayoutService/ListPayouts", ListPayoutsRequest())
        done.set()
        for stream in streams:
            stream.cancel()
    until(lambda: listed(telling))


def listed(found: Running) -> bool:
    """Whether reflection answers."""
    try:
        return bool(ask(found, V1, list_services="").list_services_response.service)
    except grpc.RpcError:
        return False


def test_what_is_not_there_is_told_as_such(telling: Running) -> None:
    found = ask(telling, V1, file_containing_symbol="corridor.nonsense.v1.Nothing")

    assert grpc.StatusCode.NOT_FOUND.value[0] == found.error_response.error_code


@pytest.mark.parametrize("version", [V1, V1_ALPHA])
def test_nothing_is_told_unless_it_is_switched_on(corridor: Running, version: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        ask(corridor, version, list_services="")

    assert grpc.StatusCode.UNIMPLEMENTED == caught.value.code()
