"""Further major versions of packages, such as `corridor.payouts.v2`: what each brings, and how it is told in the first.

Rule: everything is done and stored in the form of the first version. A further one is translated at the door, so that
keys, approvals, limits and events are the same whichever version a caller speaks.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import Message

ENTRY_POINTS = "corridor.versions"

_NUMBER = re.compile(r"\.v([1-9][0-9]*)$")


class VersionError(Exception):
    """A further version cannot be served: what it declares does not fit the contract."""


@dataclass(frozen=True, slots=True)
class Translation:
    """How a method of a further version is done by one of the first. Pure: the same message gives the same message."""

    does: str  # the path of the method that does it, "/corridor.payouts.v1.PayoutService/CreatePayout"
    request: Callable[[Any], Message]  # of the further version → of the first
    response: Callable[[Any], Message]  # of the first → of the further version
    fields: Mapping[str, str] = field(default_factory=dict)  # paths in refusals: of the first → of the further version


@dataclass(frozen=True, slots=True)
class Version:
    """A further major version of one package."""

    package: str  # "corridor.payouts.v2"
    methods: Mapping[str, Translation] = field(default_factory=dict)  # by the path of its own method
    # By event type: the data in the first version → in this one. What is not here comes in the version before.
    events: Mapping[str, Callable[[Any], Message]] = field(default_factory=dict)
    # Its files, where they are not generated beside the others. Called once the files of the others are loaded.
    files: Callable[[], Sequence[FileDescriptor]] = tuple
    # Who serves methods that the first version has no equal of, by service; given the parts of the process.
    servicers: Callable[[Any], Mapping[str, object]] = lambda _: {}

    @property
    def number(self) -> int:
        """The version as a number, from 2."""
        return number(self.package)


def number(package: str) -> int:
    """The major version of a package: 2 of `corridor.payouts.v2`; 0 where its name says none."""
    found = _NUMBER.search(package)
    return int(found[1]) if found else 0


@functools.lru_cache(maxsize=1)
def installed() -> tuple[Version, ...]:
    """Every further version that an installed distribution declares, by package. Raises `VersionError`.

    An entry point of group `corridor.versions` names the `Version`.
    """
    found: dict[str, Version] = {}
    for point in entry_points(group=ENTRY_POINTS):
        version = point.load()
        if not isinstance(version, Version):
            raise VersionError(f"{point.value} is no server.kit.versions.Version.")
        if version.number < 2:
            raise VersionError(f"{point.value}: {version.package} does not end with its version, from v2.")
        if version.package in found:
            raise VersionError(f"{point.value}: there is a version {version.package} already.")
        found[version.package] = version
    return tuple(found[name] for name in sorted(found))


@functools.lru_cache(maxsize=1)
def translations() -> Mapping[str, Translation]:
    """How each method of a further version is done, by its path."""
    return {path: translation for version in installed() for path, translation in version.methods.items()}


def load(image: bytes) -> Sequence[FileDescriptor]:
    """The files of a descriptor set that this process does not have yet, loaded beside those that it has."""
    pool = descriptor_pool.Default()
    loaded = []
    for file in FileDescriptorSet.FromString(image).file:
        try:
            pool.FindFileByName(file.name)
        except KeyError:
            pool.AddSerializedFile(file.SerializeToString())
            loaded.append(pool.FindFileByName(file.name))
    return loaded
