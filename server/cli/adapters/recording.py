"""`corridor adapter record`: exchanges as dated fixtures in which nobody can be recognised.

Rule: nothing is written before everything has been scrubbed and looked through.
"""

import importlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from server.cli.adapters.trying import connection_options, parsed, read

if TYPE_CHECKING:
    from adapters.kit.discovery import Provider
    from adapters.kit.recording import Recording


@click.command()
@click.argument("name")
@click.argument("method", required=False)
@click.argument("arguments", metavar="[JSON]", required=False)
@click.option("--into", "folder", required=True, type=click.Path(file_okay=False, path_type=Path),
              help="Where the fixtures go.")  # fmt: skip
@click.option("--listen", type=click.IntRange(0, 65535), help="Pass on what comes to this port; 0 takes a free one.")
@click.option("--to", "target", default="", metavar="URL", help="Whereto --listen passes everything on.")
@connection_options
def record(
    name: str, method: str | None, arguments: str | None, folder: Path, listen: int | None, target: str, **where: Any
) -> None:
    """Record exchanges of adapter NAME as scrubbed, dated fixtures.

    With METHOD, its exchanges are recorded, as `corridor adapter try` makes them. With --listen, all that passes
    through until Ctrl-C. Names, numbers, ids, tokens and addresses become others of the same shape, the same value
    always the same.

    \b
    Example: corridor adapter record sandbox create_payout --into fixtures
             corridor adapter record sandbox --listen 9000 --to http://127.0.0.1:8090 --into fixtures
    """
    from server.cli.adapters import calling

    provider = calling.named(name)
    credentials = calling.credentials_of(provider, where["file"], where["pairs"])
    if (method is None) == (listen is None):
        raise click.UsageError("say either a METHOD or --listen PORT --to URL.")
    if listen is not None:
        if not target:
            raise click.UsageError("--listen needs --to URL.")
        _listen(provider, listen, target, folder, list(credentials.values()))
        return
    assert method is not None
    chosen = calling.method_of(provider, method)
    if not chosen.calls:
        raise click.UsageError(f"{method} calls nobody: there is nothing to record.")
    given = parsed(provider, chosen, arguments)
    from adapters.kit.recording import recording
    from server.cli.adapters.trying import outcome

    with calling.reached(provider, where["environment"], where["base_url"], credentials) as place:
        address = calling.address(provider, place)
        with recording(address) as wire:
            through = calling.Where(place.environment, wire.url, place.credentials, place.simulated)
            values = read(chosen, given, provider, dict(place.credentials))
            with calling.connected(provider, through, method, values, where["key"], where["seconds"]) as call:
                outcome(lambda: calling.run(provider, chosen, call, values), call.exchanges)
        origin = f"{provider.name}'s simulator" if place.simulated else address
        write(provider, wire, folder, method, origin, list(place.credentials.values()))


def _listen(provider: "Provider", port: int, target: str, folder: Path, secrets: list[str]) -> None:
    import signal
    import threading

    from adapters.kit.recording import recording

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with recording(
        target, port=port, seen=lambda request, _: click.echo(f"{request.method.upper()} …", err=True)
    ) as wire:
        click.echo(json.dumps({"url": wire.url}))
        click.echo(f"Everything sent to {wire.url} goes to {target}. Ctrl-C ends it and writes the fixtures.", err=True)
        ended.wait()
    write(provider, wire, folder, "passed-on", target, secrets)


def write(
    provider: "Provider", wire: "Recording", folder: Path, what: str, origin: str, secrets: list[str]
) -> Path | None:
    """Scrub what has travelled and write it; nothing if nothing has."""
    from server.cli.adapters.scrubbing import Scrubber, Survived

    if not wire.exchanges:
        click.echo("Nothing travelled: nothing is written.", err=True)
        return None
    scrubber = Scrubber(safe_keys(provider), secrets)
    today = datetime.now(UTC).date().isoformat()
    fixture = {
        "provider": provider.name,
        "api_version": provider.manifest.api_version,
        "origin": re.sub(r"//[^/@]*@", "//", origin.partition("?")[0]),
        "recorded": today,
        "what": what,
        "exchanges": [scrubber.exchange(request, response) for request, response in wire.exchanges],
    }
    try:
        scrubber.check(json.dumps(fixture["exchanges"], ensure_ascii=False))
    except Survived as error:
        raise click.ClickException(
            f"nothing is written: {error}. Mend the adapter's SAFE keys, or report it."
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (path := folder / f"{today}-{what}-{number}.json").exists():
        number += 1
    path.write_text(json.dumps(fixture, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(f"{len(wire.exchanges)} exchanges are in {path}. Read it before you commit it.")
    return path


def safe_keys(provider: "Provider") -> frozenset[str]:
    """The keys that the adapter's own mapping calls safe."""
    try:
        found: frozenset[str] = importlib.import_module(f"{provider.package}.mapping").SAFE
    except (ImportError, AttributeError):
        return frozenset()
    return frozenset(found)
