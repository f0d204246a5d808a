"""What the portal says that the contract does not: providers, scenarios, scopes in words, allowances, schedules.

`corridor gen` runs it as a program, since it imports what was just made; it prints JSON for `gateway.docs`.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from adapters.kit import discovery
from corridor.payouts.v1 import payout_service_pb2
from server import settings
from server.cli.contracts import changes, python_client
from server.cli.contracts.access_table import roles
from server.cli.contracts.provider_facts import sections
from server.kit import allowances, paging
from server.platform.access.oauth import pages_words
from server.platform.providers.description import all_described
from server.platform.webhooks import endpoints
from server.platform.webhooks.schedule import Schedule
from server.store import migrations

_SCENARIOS = re.compile(r"<!-- scenarios: (\w+), [^>]*-->\n(.*?)\n<!-- end -->", re.DOTALL)
_KEPT = re.compile(r"FROM corridor\.idempotency (?:i )?WHERE (?:i\.)?create_time < now\(\) - interval '(\d+) days'")
_RATES = {"read": "reads", "write": "writes", "money": "calls that move money", "inbound": "providers' webhooks"}


def facts(root: Path, image: Path) -> dict[str, Any]:
    """All of them. The first section of providers is of all."""
    ours = {name: each for name, each in discovery.providers().items() if each.package.startswith("adapters.")}
    readme = (ours["sandbox"].folder / "README.md").read_text(encoding="utf-8")
    return {
        "providers": [asdict(section) for section in sections(all_described(ours))],
        "scenarios": dict(_SCENARIOS.findall(readme)),
        "scopes": list(_scopes()),
        "allowances": list(_allowances()),
        "tries": list(_tries(Schedule())),
        "words": _words(Schedule()),
        "python": dict(_python()),
        "unreleased": list(_unreleased(root, image)),
    }


def _scopes() -> Iterator[dict[str, Any]]:
    held = roles()
    for scope, told in pages_words.WORDS.items():
        yield {"scope": scope, "words": told, "roles": [name for name, scopes in held.items() if scope in scopes]}


def _allowances() -> Iterator[dict[str, str]]:
    for each in allowances.DEFAULTS.values():
        of = f"each caller's {_RATES[each.name]}" if each.name in _RATES else "addresses whose credentials are refused"
        if each.name.startswith("company-"):
            of = f"all callers of a company: {_RATES[each.name.removeprefix('company-')]}"
        yield {"name": each.name, "words": f"{each.calls:,} in {each.seconds} s, {of}"}


def _tries(schedule: Schedule) -> Iterator[str]:
    yield "at once"
    for gap in schedule.gaps_seconds:
        yield f"{_span(gap)} after the one before"


def _words(schedule: Schedule) -> dict[str, str]:
    found = settings.from_environment()
    return {
        "idempotency_kept_days": _idempotency_days(),
        "page_size_usual": str(paging.DEFAULT_SIZE),
        "page_size_most": _page_size_most(),
        "webhook_tries": str(len(schedule.gaps_seconds) + 1),
        "webhook_hours": f"{sum(schedule.gaps_seconds) / 3600:.1f}",
        "webhook_pause": _span(schedule.pause_after_seconds),
        "webhook_retry_after": _span(schedule.retry_after_at_most_seconds),
        "webhook_endpoints": str(endpoints.ENDPOINTS_AT_MOST),
        "token_lifetime": _span(found.token_seconds),
    }


def _idempotency_days() -> str:
    """How long keys are remembered, as the newest migration that says so removes them."""
    folder = Path(migrations.__file__).parent / "versions"
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql")) if ".down" not in path.name)
    said = [found[1] for text in texts for found in _KEPT.finditer(text)]
    return said[-1]


def _python() -> Iterator[tuple[str, str]]:
    """Each method as the Python client names it: `payouts.create_payout`."""
    for service in python_client.services():
        for method in service.methods:
            yield method.descriptor.full_name, f"{service.attribute}.{python_client.snake(method.name)}"


def _page_size_most() -> str:
    size = payout_service_pb2.ListPayoutsRequest.DESCRIPTOR.fields_by_name["page_size"]
    return str(size.GetOptions().Extensions[validate_pb2.field].int32.lte)  # the same in every list, by a test


def _span(seconds: float) -> str:
    for name, size in (("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {name}" + ("" if count == 1 else "s")
    return f"{seconds:g} seconds"


def _unreleased(root: Path, image: Path) -> Iterator[str]:
    """What the contracts have beyond the last release, one line each, as the change log will say it."""
    released = root / "proto" / "released.binpb"
    if not released.is_file():
        return
    before = FileDescriptorSet.FromString(released.read_bytes())
    found = changes.between(before, FileDescriptorSet.FromString(image.read_bytes()))
    for word, lines in (("added", found.added), ("changed", found.changed), ("removed", found.removed)):
        for line in lines:
            yield f"{word}: {line}"


if __name__ == "__main__":
    json.dump(facts(Path(sys.argv[1]), Path(sys.argv[2])), sys.stdout, ensure_ascii=False)
