"""Providers are found by their manifests, and nothing else names them."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from adapters.kit import discovery
from adapters.kit.discovery import providers
from adapters.kit.manifest import ManifestError
from adapters.kit.ports import Payouts, Webhooks

MANIFEST = (Path(discovery.__file__).parent.parent / "sandbox" / "provider.toml").read_text(encoding="utf-8")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package from elsewhere, announced by an entry point."""
    package = tmp_path / "acme_pay"
    package.mkdir()
    (package / "__init__.py").write_text('"""From elsewhere."""\n')
    (package / "adapter.py").write_text("ADAPTER = object()\n")
    (package / "provider.toml").write_text(MANIFEST)
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint(name="acme_pay", value="acme_pay", group=discovery.ENTRY_POINTS)
    monkeypatch.setattr(discovery, "entry_points", lambda group: [point] if group == point.group else [])
    return package


def test_the_sandbox_is_found_with_its_ports_and_simulator() -> None:
    sandbox = providers()["sandbox"]

    assert sandbox.implements(Payouts)
    assert sandbox.implements(Webhooks)
    assert sandbox.has_simulator
    assert {"sandbox"} == set(sandbox.manifest.base_urls)


def test_the_kit_is_no_provider_and_names_are_in_order() -> None:
    assert "kit" not in providers()
    assert sorted(providers()) == list(providers())


def test_a_package_from_elsewhere_is_found_by_its_entry_point(installed: Path) -> None:
    found = discovery.find()["acme_pay"]

    assert installed == found.folder
    assert "Sandbox" == found.manifest.title
    assert not found.implements(Payouts)
    assert not found.has_simulator


def test_a_provider_is_never_there_twice(installed: Path) -> None:
    installed.rename(installed.parent / "sandbox")
    point = EntryPoint(name="sandbox", value="sandbox", group=discovery.ENTRY_POINTS)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discovery, "entry_points", lambda group: [point])
        with pytest.raises(ManifestError, match="already"):
            discovery.find()


def test_a_package_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="gone", value="no_such_package", group=discovery.ENTRY_POINTS)
    monkeypatch.setattr(discovery, "entry_points", lambda group: [point])

    with pytest.raises(ManifestError, match="no_such_package"):
        discovery.find()
