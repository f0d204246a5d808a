"""Rows about authentication: what it costs a call to find out who is calling, as a share of a bare unary call.

Both sides are CPU: of the bare echo's process per call, and of this thread per pass through the auth interceptor.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from corridor.access.v1 import oauth_client_pb2 as client_pb2
from server import parts, settings
from server.interceptors.api_keys import ApiKeyVerifier
from server.interceptors.auth import Auth, Verifier
from server.interceptors.tokens import TokenVerifier
from server.kit import context as contexts
from server.kit import contract, ids
from server.kit.context import Context
from server.platform.access.oauth import admin
from server.store.api_keys import ApiKeys
from tests.bench.calls import SETTINGS
from tests.bench.run import Run, answered, rounds
from tests.bench.table import Row, ratio

BARE = "bare call, µs"
_AT_ONCE = 200
_TARGET_SHARE = 0.05  # of a bare unary call, where the key is cached


def api_keys(run: Run) -> Sequence[Row]:
    """An API key that is cached, and one that is looked up."""
    key = run.calls().key
    made = parts.build(replace(settings.from_environment(), data_dir=run.database.directory), run.database.url)
    pepper = made.keyring.derived("api keys")
    try:
        cached = ApiKeyVerifier(ApiKeys(made.store, pepper, fresh_seconds=3600.0), made.key_uses)
        asking = ApiKeyVerifier(ApiKeys(made.store, pepper, fresh_seconds=0.0), made.key_uses)
        sides = {
            BARE: bare(run),
            "cached, µs": authenticating([cached], f"Bearer {key}"),
            "looked up, µs": authenticating([asking], f"Bearer {key}"),
        }
        found = rounds(run.scale, sides)
    finally:
        made.close()
    return [row("API key, cached", found, "cached, µs", aim=1 / _TARGET_SHARE),
            row("API key, looked up", found, "looked up, µs")]  # fmt: skip


def access_tokens(run: Run) -> Sequence[Row]:
    """An access token that is known, one whose standing is asked, and one whose signature is verified as well."""
    made = parts.build(replace(settings.from_environment(), data_dir=run.database.directory), run.database.url)
    key, _ = made.keys.caller(run.calls().key)
    assert key is not None
    form = client_pb2.OAuthClientSettings(
        title="bench",
        grant_types=[client_pb2.GRANT_TYPE_CLIENT_CREDENTIALS],
        scopes=sorted(key.scopes),
        authentication=client_pb2.CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC,
    )
    client, _ = admin.create(made.oauth, key.company_id, key.environment, form)
    client_id, tokens = client.oauth_client_id, made.oauth.tokens
    token, _ = tokens.make(tokens.signer(), company_id=key.company_id, environment=key.environment,
                           client_id=client_id, subject=client_id, scopes=key.scopes)  # fmt: skip

    def verifier(fresh_seconds: float, kept: int) -> TokenVerifier:
        return TokenVerifier(
            made.store, tokens, made.oauth.standings, made.clock, fresh_seconds=fresh_seconds, kept=kept
        )

    try:
        sides = {
            BARE: bare(run),
            "known, µs": authenticating([verifier(3600.0, 100)], f"Bearer {token}"),
            "asked for, µs": authenticating([verifier(0.0, 100)], f"Bearer {token}"),
            "verified, µs": authenticating([verifier(0.0, 0)], f"Bearer {token}"),
        }
        found = rounds(run.scale, sides)
    finally:
        made.close()
    return [row("access token, cached", found, "known, µs", aim=1 / _TARGET_SHARE),
            row("access token, standing asked", found, "asked for, µs"),
            row("access token, verified and asked", found, "verified, µs")]  # fmt: skip


def row(name: str, found: dict[str, list[float]], side: str, *, aim: float | None = None) -> Row:
    """How often a way of authentication goes into a bare call; the note says its share."""
    shares = sorted(mine / other for mine, other in zip(found[side], found[BARE], strict=True))
    note = f"{shares[len(shares) // 2]:.1%} of a bare unary call, by CPU without PostgreSQL's"
    return ratio(f"bare call / {name}", found[BARE], found[side], aim=aim, goal=aim and aim * 2,
                 labels=(BARE, side), note=note)  # fmt: skip


def bare(run: Run) -> Callable[[float], float]:
    """What a call costs the bare echo's process, in µs of CPU."""
    echo, calls = run.echo(), run.calls()

    def measure(seconds: float) -> float:
        used = echo.cpu_seconds()
        load = answered(calls.grpc(SETTINGS, echo.address), seconds)
        return 1e6 * (echo.cpu_seconds() - used) / load.ok

    return measure


def authenticating(verifiers: Sequence[Verifier], authorization: str) -> Callable[[float], float]:
    """What a pass through the auth interceptor costs this thread, in µs of CPU."""
    auth, method = Auth(verifiers), contract.methods()[SETTINGS]
    metadata = (("user-agent", "bench"), ("x-request-id", ids.request_id()), ("authorization", authorization))
    context: Any = SimpleNamespace(invocation_metadata=lambda: metadata)

    def measure(seconds: float) -> float:
        began, used, done = time.monotonic(), time.thread_time(), 0
        while time.monotonic() - began < seconds:
            for _ in range(_AT_ONCE):
                with contexts.bound(Context("r", "r", method=method, client_ip="127.0.0.1")):
                    auth.intercept(_nothing, b"", context, SETTINGS)
            done += _AT_ONCE
        return 1e6 * (time.thread_time() - used) / done

    return measure


def _nothing(_request: object, _context: object) -> None:
    """What is called once the caller is known."""
