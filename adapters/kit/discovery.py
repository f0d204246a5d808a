"""Finds the providers: every package below `adapters` with a `provider.toml`, and installed entry points.

Rule: nothing else lists providers. An entry point of group `corridor.providers` names a package.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any

import adapters
from adapters.kit.manifest import Manifest, ManifestError, read
from adapters.kit.simulator import Simulator

ENTRY_POINTS = "corridor.providers"


@dataclass(frozen=True)
class Provider:
    """A provider that can be talked to. Its code is imported when it is first needed.

    The package holds `adapter.py` with the class instance `ADAPTER`, and may hold `simulator.py` with the
    subclass of `Simulator` as `SIMULATOR`.
    """

    name: str
    manifest: Manifest
    package: str
    folder: Path

    @cached_property
    def adapter(self) -> Any:
        """The adapter: one stateless object, which implements the ports that it implements."""
        return importlib.import_module(f"{self.package}.adapter").ADAPTER

    def implements(self, port: type) -> bool:
        """Whether the adapter implements a port, which is a Protocol of `adapters.kit.ports`."""
        return isinstance(self.adapter, port)

    @property
    def has_simulator(self) -> bool:
        """Whether there is a simulator."""
        return (self.folder / "simulator.py").exists()

    @property
    def simulator(self) -> Callable[..., Simulator]:
        """Makes a simulator, with the arguments of `Simulator`."""
        made: Callable[..., Simulator] = importlib.import_module(f"{self.package}.simulator").SIMULATOR
        return made


@lru_cache(maxsize=1)
def providers() -> Mapping[str, Provider]:
    """All providers by name, in the order of their names, found once per process. Raises as `find` does."""
    return find()


def find() -> Mapping[str, Provider]:
    """Look for providers now. Raises `ManifestError` for the first wrong manifest."""
    found: dict[str, Provider] = {}
    packages = [f"{adapters.__name__}.{path.parent.name}" for path in _own_manifests()]
    packages += [point.value for point in entry_points(group=ENTRY_POINTS)]
    for package in packages:
        folder = _folder(package)
        manifest = read(folder / "provider.toml")
        if manifest.name in found:
            raise ManifestError(f"{package}: there is a provider {manifest.name!r} already")
        found[manifest.name] = Provider(manifest.name, manifest, package, folder)
    return MappingProxyType(dict(sorted(found.items())))


def _own_manifests() -> list[Path]:
    return [path for root in adapters.__path__ for path in Path(root).glob("*/provider.toml")]


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ManifestError(f"{package}: there is no such package")
    return Path(spec.origin).parent
