"""API keys that should open nothing: fuzzed, doubled, oversized, ended, of others, used elsewhere."""

import os
import random
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from corridor.access.v1 import api_key_service_pb2 as keys_api
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1 import payout_service_pb2 as payouts
from server.platform.access import admin, policy
from tests.security.attacks import STRANGER, Case, attack, case
from tests.security.stage import Stage, Wire
from tests.server import people
from tests.serving import LIVE, SANDBOX

FUZZED = int(os.environ.get("CORRIDOR_FUZZED_CREDENTIALS", "10000"))
_TEXT = string.ascii_letters + string.digits + string.punctuation + " "
_KEYISH = "0123456789abcdefghijklmnopqrstuvwxyz_"
# gRPC itself answers what HTTP/2 forbids: it resets the stream, or the connection.
_WIRE = {"RESET", "STATUS 13"}
_TOO_LONG = {"STATUS 8", *_WIRE}  # beyond what gRPC reads at all


def seed() -> int:
    """The seed of this run, which is printed so that it can be repeated."""
    chosen = int(os.environ.get("CORRIDOR_SEED", random.SystemRandom().randrange(2**32)))
    print(f"CORRIDOR_SEED={chosen}")
    return chosen


def fuzzed(chance: random.Random, key: str) -> bytes:
    """An Authorization value that is nobody's."""
    kind = chance.randrange(9)
    if kind == 0:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(80)))
    if kind == 1:
        return "".join(chance.choices(_TEXT, k=chance.randrange(200))).encode()
    if kind == 2:
        scheme = chance.choice(["Basic", "Digest", "DPoP", "Bearer ", "Negotiate", "bearer\t", "", "Bearer,", "B"])
        return f"{scheme} {_mutated(chance, key)}".encode()
    if kind == 3:
        claims = chance.choice(["e30", "eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9", "%", "=="])
        return f"Bearer {claims}.{''.join(chance.choices(_KEYISH, k=chance.randrange(60)))}.{claims}".encode()
    if kind == 4:
        return (
            f"Bearer ck_{chance.choice(['test', 'live', 'prod', ''])}_{_some(chance, 16)}_{_some(chance, 52)}".encode()
        )
    if kind == 5:
        hostile = ["' OR 1=1 --", "../../etc/passwd", "{{7*7}}", "%00", "${jndi:ldap://x}", "null", "undefined", "\\0"]
        return f"Bearer {chance.choice(hostile)}{key[: chance.randrange(30)]}".encode()
    if kind == 6:
        return b"Bearer " + key.encode()[: chance.randrange(len(key))] + bytes([chance.randrange(128, 256)])
    if kind == 7:
        return f"Bearer {key}{chance.choice([',', ';', chr(32) + 'x', '=', '?', '#', '%20', '/'])}{key}".encode()
    return f"Bearer {_mutated(chance, key)}".encode()


def _mutated(chance: random.Random, key: str) -> str:
    place = chance.randrange(len(key))
    other = chance.choice([each for each in _KEYISH if each != key[place]])
    return chance.choice([
        key[:place] + other + key[place + 1 :],
        key[:place],
        key[:place] + other + key[place:],
        key[:place] + key[place + 1 :],
        key.upper(),
        key + other,
        key[:25] + key[25:][::-1],
    ])  # fmt: skip


def _some(chance: random.Random, length: int) -> str:
    return "".join(chance.choices("0123456789abcdefghjkmnpqrstvwxyz", k=length))


def _right(value: bytes, key: str) -> bool:
    """Whether a fuzzed value has become the key itself, but for what HTTP does not count."""
    scheme, _, credential = value.strip().partition(b" ")
    return scheme.lower() == b"bearer" and credential == key.encode()


@attack("fuzzed Authorization, gRPC")
def fuzzed_credentials(stage: Stage) -> Iterator[Case]:
    """Thousands of values; each is refused with the reasons of strangers."""
    chance, key = random.Random(seed()), stage.client.key
    with Wire(stage.address) as wire:
        for _ in range(FUZZED):
            value = fuzzed(chance, key)
            if not _right(value, key):
                yield case(repr(value), wire.call([(b"authorization", value)]), STRANGER | _WIRE)


@attack("two credentials, gRPC")
def two_credentials(stage: Stage) -> Iterator[Case]:
    """More than one, right ones among them."""
    key = b"Bearer " + stage.client.key.encode()
    pairs = ([key, key], [key, b"Bearer x"], [b"Bearer x", key], [key, b""], [b"Basic eDp5", key], [key] * 20)
    for values in pairs:
        answer = stage.ask([(b"authorization", value) for value in values])
        yield case(f"{len(values)} of {values[0][:8]!r}", answer, {"CREDENTIAL_MALFORMED"})
    for name in (b"Authorization", b"AUTHORIZATION", b"authorization-bin", b"proxy-authorization", b"x-authorization",
                 b"cookie", b"x-api-key", b"grpc-metadata-authorization"):  # fmt: skip
        yield case(f"in {name!r}", stage.ask([(name, key)]), STRANGER | _WIRE)
    yield case("none", stage.ask([]), {"CREDENTIAL_MISSING"})


@attack("oversized credentials, gRPC")
def oversized(stage: Stage) -> Iterator[Case]:
    """From a little too long to more than gRPC reads."""
    key = stage.client.key
    for length in (100, 8_000, 8_193, 16_000, 60_000):
        for value in (f"Bearer {key}{'0' * length}", f"Bearer {'.' * length}", "x" * length):
            yield case(f"{length} characters", stage.ask([(b"authorization", value.encode())]), STRANGER | _TOO_LONG)
    answer = stage.ask([(b"authorization", b"Bearer " + b"a" * 200_000)])
    yield case("200,000 characters", answer, STRANGER | _TOO_LONG)


@attack("ended and idle keys")
def ended(stage: Stage) -> Iterator[Case]:
    """Keys in every state that opens nothing; with the right secret, and with a wrong one."""
    store, keys = stage.running.parts.store, stage.running.parts.keys

    def tried(what: str, secret: str, expected: str) -> Iterator[Case]:
        yield case(what, stage.ask([_shown(secret)]), {expected})
        prefix = secret.rpartition("_")[0]
        yield case(f"{what}, forged", stage.ask([_shown(f"{prefix}_{'0' * 52}")]), {"UNAUTHENTICATED"})

    gives = policy.grant(["payouts:read"])
    _, pending = admin.create_key(store, keys, stage.ours, SANDBOX, "attack", grant=gives, pending=True)
    yield from tried("pending", pending, "CREDENTIAL_INACTIVE")
    suspended = stage.key()
    admin.change_key(store, keys, suspended, "SuspendApiKey")
    yield from tried("suspended", suspended, "CREDENTIAL_INACTIVE")
    revoked = stage.key()
    admin.revoke_key(store, keys, revoked)
    yield from tried("revoked", revoked, "CREDENTIAL_REVOKED")
    rotated = stage.key()
    admin.rotate_key(store, keys, rotated, timedelta(0))
    yield from tried("rotated", rotated, "CREDENTIAL_EXPIRED")
    over = policy.grant(["payouts:read"], expire_time=datetime.now(UTC) - timedelta(seconds=1))
    yield from tried("expired", stage.key(gives=over), "CREDENTIAL_EXPIRED")


@attack("restricted keys")
def restricted(stage: Stage) -> Iterator[Case]:
    """Other methods, addresses, scopes and environments than a key has."""
    scopes = ["payouts:read"]
    cases = {
        "another method": (policy.grant(scopes, ["corridor.payouts.v1.PayoutService/GetPayout"]), "PERMISSION_DENIED"),
        "another service": (policy.grant(scopes, ["corridor.access.v1.ApiKeyService/*"]), "PERMISSION_DENIED"),
        "another address": (policy.grant(scopes, (), ["192.0.2.0/24"]), "CALLER_ADDRESS_REFUSED"),
        "another family": (policy.grant(scopes, (), ["2001:db8::/32"]), "CALLER_ADDRESS_REFUSED"),
        "another scope": (policy.grant(["beneficiaries:read"]), "PERMISSION_DENIED"),
    }
    for what, (gives, expected) in cases.items():
        yield case(what, stage.ask([_shown(stage.key(gives=gives))]), {expected})
    said = (b"x-corridor-environment", b"live")
    yield case("says live", stage.ask([_shown(stage.key()), said]), {"CREDENTIAL_WRONG_ENVIRONMENT"})
    live = stage.key(environment=LIVE)
    said = (b"x-corridor-environment", b"sandbox")
    yield case("says sandbox", stage.ask([_shown(live), said]), {"CREDENTIAL_WRONG_ENVIRONMENT"})
    relabelled = live.replace("ck_live_", "ck_test_")
    yield case("relabelled", stage.ask([_shown(relabelled)]), {"UNAUTHENTICATED"})


@attack("other companies' resources")
def others(stage: Stage) -> Iterator[Case]:
    """What they have is not found, whatever company the caller says it is."""
    payout = people.payout(stage.victim)
    key = stage.victim.call("ApiKeyService/ListApiKeys", keys_api.ListApiKeysRequest()).api_keys[0]
    requests = {
        "PayoutService/GetPayout": payouts.GetPayoutRequest(payout_id=payout.payout_id),
        "PayoutService/CancelPayout": payouts.CancelPayoutRequest(payout_id=payout.payout_id),
        "PayoutService/GetPayoutTimeline": payouts.GetPayoutTimelineRequest(payout_id=payout.payout_id),
        "BeneficiaryService/GetBeneficiary": beneficiaries.GetBeneficiaryRequest(beneficiary_id=payout.beneficiary_id),
        "ApiKeyService/GetApiKey": keys_api.GetApiKeyRequest(api_key_id=key.api_key_id),
        "ApiKeyService/SuspendApiKey": keys_api.SuspendApiKeyRequest(api_key_id=key.api_key_id),
        "ApiKeyService/RotateApiKey": keys_api.RotateApiKeyRequest(api_key_id=key.api_key_id),
        "ApiKeyService/RevokeApiKey": keys_api.RevokeApiKeyRequest(api_key_id=key.api_key_id),
    }
    for name, request in requests.items():
        claims: list[dict[str, str]] = [{}, {"x_company_id": stage.theirs}, {"company_id": stage.theirs},
                                        {"x_corridor_company_id": stage.theirs}]  # fmt: skip
        for claimed in claims:
            found = people.refused(stage.client, name, request, key=people.new_key(), **claimed)
            yield case(f"{name} {claimed}", found.reason, {"NOT_FOUND"})
    live = stage.running.client(stage.theirs, LIVE)
    found = people.refused(live, "PayoutService/GetPayout", requests["PayoutService/GetPayout"])
    yield case("their other environment", found.reason, {"NOT_FOUND"})
    live.close()


def _shown(secret: str) -> tuple[bytes, bytes]:
    return b"authorization", b"Bearer " + secret.encode()
