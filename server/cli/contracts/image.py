"""The compiled contracts: our .proto files with all they import, as one descriptor set.

Third-party texts and descriptors come from installed packages: nothing is copied into the repository or fetched.
"""

import functools
import tempfile
from collections.abc import Iterable, Iterator
from importlib import util
from pathlib import Path
from typing import cast

import click
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

from server.cli.contracts import tools

PROTOVALIDATE = "buf/validate/validate.proto"

# `buf.alpha.image.v1.ImageFile.buf_extension` (field 8042) holding `is_import: true` (field 1), on the wire.
_IS_IMPORT = b"\xd2\xf6\x03\x02\x08\x01"


def is_ours(name: str) -> bool:
    """Whether a file of an image is a contract of Corridor, and not something it imports."""
    return name.startswith("corridor/")


def _annotates(name: str) -> bool:
    return name.startswith("corridor/options/")


def build(root: Path) -> FileDescriptorSet:
    """Compile every contract under `root/proto`, with comments and imports, in an order that never varies."""
    texts = root.resolve() / "proto"
    sources = sorted(path.relative_to(texts).as_posix() for path in texts.rglob("*.proto"))
    if not sources:
        raise click.ClickException(f"no contracts under {texts}: run this in a checkout of Corridor.")
    if strays := [name for name in sources if not is_ours(name)]:
        raise click.ClickException(f"proto/{strays[0]} is not under proto/corridor/: move it there.")
    with tempfile.TemporaryDirectory(prefix="corridor-contracts-") as scratch:
        rules, image = Path(scratch, "rules.binpb"), Path(scratch, "image.binpb")
        rules.write_bytes(protovalidate_rules())
        tools.protoc(*arguments(texts, rules, image, sources))
        return read(image.read_bytes())


def arguments(texts: Path, rules: Path, image: Path, sources: Iterable[str]) -> list[str]:
    """What protoc is told: compile `sources` below `texts` to `image`; `rules` holds `protovalidate_rules()`."""
    return [
        f"-I{texts}",
        f"-I{_googleapis()}",
        f"--descriptor_set_in={rules}",
        "--include_imports",
        "--include_source_info",
        f"--descriptor_set_out={image}",
        *sources,
    ]


def read(data: bytes) -> FileDescriptorSet:
    """Parse a descriptor set, leaving options of extensions as the bytes they came in."""
    return _descriptor_set().FromString(data)


def for_buf(image: FileDescriptorSet) -> bytes:
    """An image for buf: whatever is not ours is marked as an import, so that buf leaves it alone."""
    marked = _copy(image)
    for file in marked.file:
        if not is_ours(file.name):
            file.ClearField("source_code_info")
            file.source_code_info.SetInParent()  # betterproto2 needs one
            mark_import(file)
    return marked.SerializeToString(deterministic=True)


def for_release(image: FileDescriptorSet) -> bytes:
    """What a release keeps: everything that can break a caller, and so no comments."""
    kept = _copy(image)
    for file in kept.file:
        file.ClearField("source_code_info")
        if not is_ours(file.name):
            mark_import(file)
    return kept.SerializeToString(deterministic=True)


def for_reading(image: FileDescriptorSet) -> bytes:
    """What programs read at run time: all descriptors, with the comments of ours and no positions besides."""
    kept = _copy(image)
    for file in kept.file:
        commented = [
            place
            for place in file.source_code_info.location
            if place.leading_comments or place.trailing_comments or place.leading_detached_comments
        ]
        file.ClearField("source_code_info")
        if is_ours(file.name):
            file.source_code_info.location.extend(commented)
    return kept.SerializeToString(deterministic=True)


def for_callers(image: FileDescriptorSet) -> FileDescriptorSet:
    """What travels, and nothing else: types that requests and responses can hold, without our annotations.

    Generated clients thus need neither validation rules nor HTTP bindings nor the options package.
    """
    by_name = {file.name: file for file in image.file}
    home = {f".{full_name}": file.name for file in image.file for full_name in _type_names(file)}
    wanted: dict[str, set[str]] = {}
    waiting = [file.name for file in image.file if is_ours(file.name) and not _annotates(file.name)]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = {home[used] for used in _references(by_name[name])} - {name}
            waiting.extend(wanted[name])
    kept = _descriptor_set()()
    for file in image.file:
        if file.name not in wanted:
            continue
        slim = kept.file.add()
        slim.CopyFrom(file)
        for field in ("dependency", "public_dependency", "weak_dependency", "option_dependency", "extension"):
            slim.ClearField(field)
        slim.dependency.extend(sorted(wanted[file.name]))
        slim.DiscardUnknownFields()
        slim.source_code_info.SetInParent()
    return kept


def mark_import(file: FileDescriptorProto) -> None:
    """Mark a file as something that is imported, so that buf leaves it alone."""
    file.MergeFromString(_IS_IMPORT)


def ours(image: FileDescriptorSet) -> dict[str, bytes]:
    """Our files by name, as bytes; two images with equal ones hold the same contracts."""
    return {file.name: file.SerializeToString(deterministic=True) for file in image.file if is_ours(file.name)}


def messages(file: FileDescriptorProto) -> Iterator[tuple[str, DescriptorProto]]:
    """Every message of a file with its full name, nested ones after their parent."""

    def below(prefix: str, found: Iterable[DescriptorProto]) -> Iterator[tuple[str, DescriptorProto]]:
        for message in found:
            full_name = f"{prefix}.{message.name}"
            yield full_name, message
            yield from below(full_name, message.nested_type)

    yield from below(file.package, file.message_type)


def _type_names(file: FileDescriptorProto) -> Iterator[str]:
    yield from (f"{file.package}.{enum.name}" for enum in file.enum_type)
    for full_name, message in messages(file):
        yield full_name
        yield from (f"{full_name}.{enum.name}" for enum in message.enum_type)


def _references(file: FileDescriptorProto) -> Iterator[str]:
    for _, message in messages(file):
        yield from (field.type_name for field in message.field if field.type_name)
    for service in file.service:
        for method in service.method:
            yield method.input_type
            yield method.output_type


def _copy(image: FileDescriptorSet) -> FileDescriptorSet:
    copy = _descriptor_set()()
    copy.CopyFrom(image)
    return copy


@functools.cache
def _descriptor_set() -> type[FileDescriptorSet]:
    """FileDescriptorSet in a pool of its own.

    In the shared pool an option would be parsed or left as bytes depending on what else the process has imported,
    and would be written back in another order.
    """
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(descriptor_pb2.DESCRIPTOR.serialized_pb)
    name = "google.protobuf.FileDescriptorSet"
    return cast(type[FileDescriptorSet], message_factory.GetMessageClass(pool.FindMessageTypeByName(name)))


def _googleapis() -> Path:
    """The directory under which googleapis-common-protos keeps the google/api texts."""
    spec = util.find_spec("google.api.annotations_pb2")
    if spec is None or spec.origin is None:
        raise tools.missing("googleapis-common-protos")
    return Path(spec.origin).parents[2]


def protovalidate_rules() -> bytes:
    """protovalidate's rules as a descriptor set; its wheel ships them compiled and not as text."""
    from protovalidate._gen.buf.validate import validate_pb

    rules = _descriptor_set()()
    rules.file.add().MergeFromString(validate_pb.desc().proto.to_binary())
    return rules.SerializeToString(deterministic=True)
