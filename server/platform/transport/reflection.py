"""Reflection: tells callers such as grpcurl what the server serves, without a credential; only where it is switched on.

Two versions under one behaviour: v1alpha is what the library has, and v1 is the same messages in another package.
"""

import functools
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_reflection.v1alpha import reflection, reflection_pb2

_ALPHA, _FIRST = "grpc.reflection.v1alpha", "grpc.reflection.v1"
_SERVICE, _METHOD = "ServerReflection", "ServerReflectionInfo"
NAMES = (f"{_FIRST}.{_SERVICE}", f"{_ALPHA}.{_SERVICE}")


def add(server: grpc.Server, services: Iterable[str], streams: int) -> None:
    """Serve reflection over these services and over itself, so many streams at a time.

    Each takes a thread for as long as its client keeps it open, and nobody has to say who they are.
    """
    _describe()
    servicer: Any = reflection.ReflectionServicer((*services, *NAMES), pool=_Known())
    free = threading.BoundedSemaphore(streams)

    def tell(requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
        if not free.acquire(blocking=False):
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "Others are asking already.")
        try:
            yield from servicer.ServerReflectionInfo(requests, context)
        finally:
            free.release()

    handler = grpc.stream_stream_rpc_method_handler(
        tell,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    for name in NAMES:
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {_METHOD: handler}),))


class _Known:
    """Every descriptor of the process. Methods are found by their names too, which the pool alone does not do."""

    def __init__(self) -> None:
        self._pool = descriptor_pool.Default()

    def FindFileContainingSymbol(self, name: str) -> Any:
        """The file in which a symbol stands. Raises KeyError."""
        try:
            return self._pool.FindFileContainingSymbol(name)
        except KeyError:
            return self._pool.FindMethodByName(name).containing_service.file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


@functools.cache
def _describe() -> None:
    """Put v1 among the known descriptors: who is told of a service asks what it looks like."""
    file = descriptor_pb2.FileDescriptorProto()
    reflection_pb2.DESCRIPTOR.CopyToProto(file)
    file.name, file.package = "grpc/reflection/v1/reflection.proto", _FIRST
    for message in file.message_type:
        for field in message.field:
            if field.type_name:
                field.type_name = field.type_name.replace(_ALPHA, _FIRST)
    for method in file.service[0].method:
        method.input_type = method.input_type.replace(_ALPHA, _FIRST)
        method.output_type = method.output_type.replace(_ALPHA, _FIRST)
    descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
