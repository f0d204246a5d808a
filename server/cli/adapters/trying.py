"""`corridor adapter try`: one call of one method, with its exchange as the platform would keep it.

Rule: what is shown is what the capture holds, redacted; nothing else of the exchange is printed.
"""

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from adapters.kit.capture import Exchange
    from adapters.kit.discovery import Provider
    from server.cli.adapters.methods import Method


def connection_options(command: Any) -> Any:
    """The options by which a command is told where to call, and as whom."""
    for option in reversed((
        click.option("--credential", "pairs", multiple=True, metavar="NAME=VALUE",
                     help="A credential, by its name in the manifest. May be repeated."),
        click.option("--credentials", "file", type=click.Path(exists=True, dir_okay=False),
                     help="A file of lines NAME=VALUE, so that no secret stands in the shell's history."),
        click.option("--base-url", default="", metavar="URL",
                     help="Where to call; `manifest` takes its address. Without it a simulator is started."),
        click.option("--environment", type=click.Choice(("sandbox", "live")), default="sandbox", show_default=True,
                     help="Which environment the adapter is told that it is in."),
        click.option("--key", default="", help="The idempotency key; else the id of what is done, as in earnest."),
        click.option("--seconds", default=30.0, show_default=True, type=click.FloatRange(0, 120),
                     help="The deadline of the whole call."),
    )):  # fmt: skip
        command = option(command)
    return command


@click.command(name="try")
@click.argument("name")
@click.argument("method", required=False)
@click.argument("arguments", metavar="[JSON]", required=False)
@click.option("--list", "listed", is_flag=True, help="Show the methods, each with JSON that it takes.")
@connection_options
def try_(name: str, method: str | None, arguments: str | None, listed: bool, **where: Any) -> None:
    """Run one METHOD of adapter NAME without database or server, and show what travels and what it means.

    JSON holds the method's messages by parameter name; without it a made-up example is sent. @FILE reads it from a
    file. Exit code 1 if the call ends in one of the four failures, or in a word that no table has.

    \b
    Example: corridor adapter try sandbox --list
             corridor adapter try sandbox create_payout
             corridor adapter try sandbox look_up_payout '{"payout": {"payout_id": "po_1"}}'
    """
    from server.cli.adapters import calling, methods

    provider = calling.named(name)
    if listed or method is None:
        for each in methods.methods(provider).values():
            click.echo(f"\n{each.name}  ({each.port})")
            click.echo(json.dumps(each.example(provider), indent=2))
        return
    chosen = calling.method_of(provider, method)
    given = parsed(provider, chosen, arguments)
    credentials = calling.credentials_of(provider, where["file"], where["pairs"])
    with calling.reached(provider, where["environment"], where["base_url"], credentials) as place:
        if place.simulated:
            click.echo(f"{provider.name}'s simulator runs at {place.base_url}, for this call.", err=True)
        values = read(chosen, given, provider, dict(place.credentials))
        with calling.connected(provider, place, method, values, where["key"], where["seconds"]) as call:
            failed = outcome(lambda: calling.run(provider, chosen, call, values), call.exchanges)
    if failed:
        raise SystemExit(1)


def parsed(provider: "Provider", method: "Method", arguments: str | None) -> dict[str, Any]:
    """The arguments from the terminal: JSON, @FILE, or nothing, which is the example."""
    if arguments is None:
        return method.example(provider)
    if arguments.startswith("@"):
        with click.open_file(arguments[1:], encoding="utf-8") as file:
            arguments = file.read()
    try:
        given = json.loads(arguments)
    except ValueError as error:
        raise click.ClickException(f"the arguments are not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise click.ClickException(f"the arguments are an object with {', '.join(method.parameters)}.")
    return given


def read(method: "Method", given: dict[str, Any], provider: "Provider", values: dict[str, str]) -> dict[str, Any]:
    """The arguments as the method takes them."""
    from server.cli.adapters.methods import ArgumentError

    try:
        return method.arguments(given, provider, values)
    except ArgumentError as error:
        raise click.ClickException(f"{error}. `corridor adapter try {provider.name} --list` shows examples.") from None


def outcome(run: Any, exchanges: "list[Exchange]") -> bool:
    """Run it, and show what travelled and how it ended. Whether it failed."""
    from adapters.kit.errors import Forged, NotWritten, ProviderError, Unmapped
    from server.cli.adapters.calling import MEANINGS
    from server.cli.adapters.methods import told
    from server.cli.screen import Screen

    screen = Screen()
    try:
        result, failure = run(), None
    except (ProviderError, Unmapped, Forged, NotWritten) as error:
        result, failure = None, error
    for exchange in exchanges:
        _show(exchange)
    if failure is None:
        screen.heading(
            type(result).__name__ if result is not None else "Nothing: it has no such thing, or nothing to say"
        )
        if result is not None:
            click.echo(json.dumps(told(result), indent=2, ensure_ascii=False))
        return False
    screen.heading(f"{type(failure).__name__}: {failure}")
    if isinstance(failure, Unmapped):
        screen.line("a word of the provider's has no meaning here. Nothing changes, and a person is told.")
    elif isinstance(failure, NotWritten):
        screen.line("the adapter's author has this left to write.")
    elif isinstance(failure, Forged):
        screen.line("no active secret signed this. It is recorded, and not read.")
    elif isinstance(failure, ProviderError):
        screen.line(next(text for kind, text in MEANINGS.items() if isinstance(failure, kind)))
        if failure.code:
            screen.fact("provider's code", failure.code)
        if failure.retry_after_seconds is not None:
            screen.fact("retry after", f"{failure.retry_after_seconds:g} s")
        for problem in getattr(failure, "problems", ()):
            screen.fact(problem.field, problem.description)
    return True


def _show(exchange: "Exchange") -> None:
    from server.cli.screen import Screen, seconds_text

    screen = Screen()
    query = f"?{exchange.query}" if exchange.query else ""
    screen.heading(f"→ {exchange.method} {exchange.url}{query}")
    _part(screen, exchange.request_headers, exchange.request_body)
    status = str(exchange.status) if exchange.status else "no answer"
    failure = f"  {exchange.failure}: {exchange.detail}" if exchange.failure else ""
    screen.heading(f"← {status}  {seconds_text(exchange.duration_seconds)}{failure}")
    _part(screen, exchange.response_headers, exchange.response_body)


def _part(screen: Any, headers: Any, body: str) -> None:
    for name, value in headers.items():
        screen.line(f"{name}: {value}", "dim")
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False) if body else ""
    except ValueError:
        text = body  # it was cut at the capture's limit
    for line in text.splitlines():
        screen.line(line)
