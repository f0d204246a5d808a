"""`corridor adapter check --spec`: what an adapter's methods send and its simulator answers, by the vendor's document.

Rule: the document is taken as it was published. A repair is a decision, and stands in the adapter's contract test.
"""

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from adapters.kit.discovery import Provider
from adapters.kit.errors import Forged, NotWritten, ProviderError, Unmapped
from adapters.kit.recording import recording
from adapters.kit.spec.documents import SpecError, load
from adapters.kit.spec.exchange import Request
from server.cli.adapters import calling, methods

if TYPE_CHECKING:
    from adapters.kit.spec.judge import Judge


def verdicts(provider: Provider, published: Sequence[Path]) -> list[tuple[str, str, str]]:
    """Each exchange of the methods' examples, with allowed or refused, and why.

    An operation that none of the documents has is refused.
    """
    try:
        from adapters.kit.spec.judge import OpenAPIError
    except ImportError:
        raise click.ClickException("--spec needs the test extra: `./corridor setup test`.") from None
    with calling.reached(provider, "sandbox", "", {}) as place, recording(place.base_url) as wire:
        for method in (each for each in methods.methods(provider).values() if each.calls):
            given = method.arguments(method.example(provider), provider, place.credentials)
            through = calling.Where(place.environment, wire.url, place.credentials, place.simulated)
            # What travelled is judged; how it ended is shown by `try`.
            ends = contextlib.suppress(ProviderError, Unmapped, Forged, NotWritten)
            with calling.connected(provider, through, method.name, given, "", 10) as call, ends:
                calling.run(provider, method, call, given)
    try:
        judges = [_judge(path, [request for request, _ in wire.exchanges]) for path in published]
    except SpecError as error:
        raise click.ClickException(f"{error}.") from None
    found = []
    for request, response in wire.exchanges:
        judge = next((each for each in judges if each.knows(request)), judges[0])
        what = f"{request.method.upper()} {_without_ids(request.path)} {response.status_code}"
        try:
            judge.check_request(request)
            judge.check_response(request, response)
            found.append((what, "allowed", ""))
        except (OpenAPIError, LookupError) as error:
            found.append((what, "refused", _short(error)))
    return sorted(set(found))


def _judge(document: Path, requests: Sequence[Request]) -> "Judge":
    """The document as a judge, with the prefix by which it knows the most requests."""
    from adapters.kit.spec.judge import Judge

    judges = [Judge(lambda: document, prefix=prefix) for prefix in _prefixes(document)]
    return max(judges, key=lambda judge: sum(map(judge.knows, requests)))


def _prefixes(document: Path) -> list[str]:
    """What may stand before a document's paths on the wire: its first server's path, whole or its later parts."""
    servers = load(document).get("servers") or [{"url": ""}]
    parts = urlsplit(str(servers[0].get("url", ""))).path.strip("/").split("/")
    return ["".join(f"/{part}" for part in parts[start:] if part) for start in range(len(parts) + 1)]


def _without_ids(path: str) -> str:
    return re.sub(r"/[^/]*\d[^/]{5,}(?=/|$)", "/…", path)


def _short(error: Exception) -> str:
    """What a judge says, without the body that it repeats."""
    said = " ".join([str(error), repr(error.__cause__) if error.__cause__ else ""])
    reasons = re.findall(r"<ValidationError: (?:\"(.*?)\"|'(.*?)')>", said)
    return "; ".join(dict.fromkeys((double or single)[:120] for double, single in reasons)) or str(error)[:160]
