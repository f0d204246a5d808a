"""Over HTTP: credentials that no client sends, requests that two readers would read differently, headers that lie."""

import random
from collections.abc import Iterator

from corridor.payouts.v1 import payout_service_pb2 as payouts
from server.platform.access import policy
from tests.security.attacks import STRANGER, Case, attack, case
from tests.security.attacks_keys import fuzzed, seed
from tests.security.stage import Stage, exchanged, reason_of, status_of
from tests.server import people

FUZZED = 1_000
_REFUSED = range(400, 500)


def request(*lines: bytes, first: bytes = b"GET /v1/payouts HTTP/1.1", body: bytes = b"") -> bytes:
    """A request of raw header lines, that asks for the connection to be closed."""
    return b"\r\n".join((first, b"Host: corridor", b"Connection: close", *lines, b"", body))


def bearer(secret: str) -> bytes:
    """The header line of a key."""
    return b"Authorization: Bearer " + secret.encode()


def answered(what: str, status: int, reason: str) -> Case:
    """A case that must end with 4xx, or with a closed connection."""
    return Case(what, f"{status} {reason}", status == 0 or status in _REFUSED)


@attack("fuzzed Authorization, HTTP")
def fuzzed_credentials(stage: Stage) -> Iterator[Case]:
    """Values that cannot be sent by any client among them."""
    chance, key = random.Random(seed()), stage.client.key
    for _ in range(FUZZED):
        value = fuzzed(chance, key)
        if value.strip().partition(b" ")[2] == key.encode():
            continue
        status, reason = stage.http(request(b"Authorization: " + value))
        yield Case(repr(value), f"{status} {reason}", status == 0 or (status in _REFUSED and reason in _STRANGER))


_STRANGER = STRANGER | {"", "HEADERS_TOO_LARGE", "MALFORMED_REQUEST"}  # an empty one: not even the request was read


@attack("credentials over HTTP")
def credentials(stage: Stage) -> Iterator[Case]:
    """Two of them, folded, cut by NUL, or where no credential belongs."""
    right = bearer(stage.client.key)
    key = stage.client.key.encode()
    tries = {
        "none": [],
        "the same twice": [right, right],
        "right and wrong": [right, b"Authorization: Bearer x"],
        "wrong and right": [b"Authorization: Bearer x", right],
        "folded": [b"Authorization: Bearer\r\n " + key],
        "folded in the middle": [b"Authorization: Bearer " + key[:30] + b"\r\n " + key[30:]],
        "NUL behind": [right + b"\0"],
        "NUL before": [b"Authorization: Bearer \0" + key],
        "NUL in the name": [b"Author\0ization: Bearer " + key],
        "space before the colon": [b"Authorization : Bearer " + key],
        "underscore": [b"Authorization_: Bearer " + key],
        "a proxy's": [b"Proxy-Authorization: Bearer " + key],
        "gRPC metadata by name": [b"Grpc-Metadata-Authorization: Bearer " + key],
        "binary metadata": [b"Authorization-Bin: " + key],
        "a cookie": [b"Cookie: authorization=" + key],
        "no scheme": [b"Authorization: " + key],
        "another scheme": [b"Authorization: Basic " + key],
        "high bytes": [b"Authorization: Bearer \xe2\x80\xae" + key],
        "64 KiB": [b"Authorization: Bearer " + b"a" * 65_536],
    }
    for what, lines in tries.items():
        yield answered(what, *stage.http(request(*lines)))
    for place in (b"?access_token=", b"?authorization=Bearer%20", b"?key="):
        first = b"GET /v1/payouts" + place + key + b" HTTP/1.1"
        yield answered(f"in the query {place!r}", *stage.http(request(first=first)))


@attack("request smuggling")
def smuggling(stage: Stage) -> Iterator[Case]:
    """Requests whose end is not certain: each is refused whole, and what hides in it is never answered."""
    right = bearer(stage.client.key)
    post, json = b"POST /v1/payouts HTTP/1.1", b"Content-Type: application/json"
    hidden = b"GET /v1/payouts HTTP/1.1\r\nHost: corridor\r\n" + right + b"\r\n\r\n"
    chunks = b"0\r\n\r\n" + hidden
    tries = {
        "both lengths": ([b"Transfer-Encoding: chunked", b"Content-Length: 4"], chunks),
        "both lengths, the other way round": ([b"Content-Length: 4", b"Transfer-Encoding: chunked"], chunks),
        "two lengths": ([b"Content-Length: 0", b"Content-Length: 90"], hidden),
        "a list of lengths": ([b"Content-Length: 0, 90"], hidden),
        "a negative length": ([b"Content-Length: -1"], hidden),
        "a signed length": ([b"Content-Length: +5"], hidden),
        "a length in hexadecimal": ([b"Content-Length: 0x5"], hidden),
        "an unknown coding": ([b"Transfer-Encoding: xchunked"], chunks),
        "chunked and then another": ([b"Transfer-Encoding: chunked, identity"], chunks),
        "two codings": ([b"Transfer-Encoding: identity", b"Transfer-Encoding: chunked"], chunks),
        "a folded coding": ([b"Transfer-Encoding:\r\n chunked"], chunks),
        "a space before the colon": ([b"Transfer-Encoding : chunked"], chunks),
        "a vertical tab": ([b"Transfer-Encoding: \x0bchunked"], chunks),
        "a chunk of no number": ([b"Transfer-Encoding: chunked"], b"z\r\n\r\n" + hidden),
        "a chunk beyond 64 bits": ([b"Transfer-Encoding: chunked"], b"fffffffffffffffff\r\n" + hidden),
        "a bare line feed in a header": ([b"X-A: b\nContent-Length: 0"], hidden),
        "a bare carriage return": ([b"X-A: b\rContent-Length: 0"], hidden),
        "a header without a colon": ([b"Content-Length 0"], hidden),
        "a header with a space in its name": ([b"X A: b", b"Content-Length: 0"], hidden),
        "an empty name": ([b": b", b"Content-Length: 0"], hidden),
    }  # fmt: skip
    for what, (lines, body) in tries.items():
        answer = exchanged(stage.gateway, request(right, json, *lines, first=post, body=body))
        got_in = answer.count(b"HTTP/1.1 2")
        yield Case(what, f"{status_of(answer)} {reason_of(answer)}, {got_in} got in", not got_in)


_ADDRESSES = (
    b"X-Corridor-Client-Ip", b"X_Corridor_Client_Ip", b"x-corridor-client-ip", b"Grpc-Metadata-X-Corridor-Client-Ip",
    b"X-Forwarded-For", b"X-Real-Ip", b"Forwarded", b"Client-Ip", b"True-Client-Ip",
)  # fmt: skip
_COMPANIES = (
    b"X-Company-Id", b"X_Company_Id", b"X-Corridor-Company-Id", b"Company-Id", b"Grpc-Metadata-X-Company-Id",
)  # fmt: skip


@attack("headers that lie")
def lies(stage: Stage) -> Iterator[Case]:
    """What only the gateway may say is not taken from outside: the caller's address, certificate, company."""
    elsewhere = bearer(stage.key(gives=policy.grant(["payouts:read"], (), ["192.0.2.0/24"])))
    for name in _ADDRESSES:
        line = name + b": " + (b"for=192.0.2.7" if name == b"Forwarded" else b"192.0.2.7")
        _, reason = stage.http(request(elsewhere, line))
        yield case(name.decode(), reason, {"CALLER_ADDRESS_REFUSED"})
        _, reason = stage.http(request(elsewhere, line, line))
        yield case(f"{name.decode()} twice", reason, {"CALLER_ADDRESS_REFUSED"})
    payout = people.payout(stage.victim)
    first = f"GET /v1/payouts/{payout.payout_id} HTTP/1.1".encode()
    right, theirs = bearer(stage.client.key), stage.theirs.encode()
    for name in _COMPANIES:
        _, reason = stage.http(request(right, name + b": " + theirs, first=first))
        yield case(name.decode(), reason, {"NOT_FOUND"})
    queried = f"GET /v1/payouts/{payout.payout_id}?company_id={stage.theirs} HTTP/1.1".encode()
    _, reason = stage.http(request(right, first=queried))
    yield case("company in the query", reason, {"NOT_FOUND", "MALFORMED_REQUEST"})
    live = request(right, b"X-Corridor-Environment: live")
    yield case("another environment", stage.http(live)[1], {"CREDENTIAL_WRONG_ENVIRONMENT"})
    assert stage.victim.call("PayoutService/GetPayout", payouts.GetPayoutRequest(payout_id=payout.payout_id))
