"""Access tokens that should open nothing: unsigned, confused, altered, of others, too long, ended, stolen, replayed."""

import random
import secrets
import time
from collections.abc import Iterator
from typing import Any

from joserfc.jwk import ECKey, OKPKey

from tests.security.attacks import STRANGER, Case, attack, case
from tests.security.stage import LIST_PAYOUTS, Stage, Wire
from tests.server.oauth import oauth_client as oauth
from tests.server.oauth.oauth_client import OAuthClient

FUZZED = 2000
_TOO_LONG = {"RESET", "STATUS 8", "STATUS 13"}
_BOUND = {"CREDENTIAL_NOT_BOUND"}


def ask(stage: Stage, token: str, *more: tuple[bytes, bytes], scheme: str = "Bearer") -> str:
    """How a call with a token is answered."""
    return stage.ask([(b"authorization", f"{scheme} {token}".encode()), *more])


def client(stage: Stage, **changes: Any) -> OAuthClient:
    """A client of the attacker's own company."""
    return oauth.make(stage.running, stage.client, **changes)


@attack("tokens without a signature")
def unsigned(stage: Stage) -> Iterator[Case]:
    """`alg: none` in every spelling, with and without something in the signature's place (RFC 8725, 2.1)."""
    header, claims = oauth.read(client(stage).token().token)
    for name in ("none", "None", "NONE", "nOnE", "", " none", None, 0, [], {}):
        for signature in (b"", b"x" * 64):
            forged = oauth.unsigned({**header, "alg": name}, claims, signature)
            yield case(f"alg {name!r}", ask(stage, forged), STRANGER)


@attack("tokens by key confusion")
def confused(stage: Stage) -> Iterator[Case]:
    """The public key taken for a secret, and keys that the token brings along (RFC 8725, 2.1 and 3.10)."""
    header, claims = oauth.read(client(stage).token().token)
    (public, *_) = oauth.get(stage.running, "/.well-known/jwks.json").body["keys"]
    pem = OKPKey.import_key(public).as_pem(private=False)
    for secret in (pem, pem.strip(), public["x"].encode(), str(public).encode(), b""):
        forged = oauth.hs256({**header, "alg": "HS256"}, claims, secret)
        yield case("HMAC with the public key", ask(stage, forged), STRANGER)
    mine = OKPKey.generate_key("Ed25519")
    own = mine.as_dict(private=False)
    carried: list[dict[str, Any]] = [
        {"jwk": own},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["AAAA"]},
        {"x5t#S256": "A" * 43},
        {"kid": mine.thumbprint()},
        {"kid": "../../../../dev/null"},
        {"kid": "' OR '1'='1"},
        {"kid": 7},
        {"kid": None},
        {"kid": ""},
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF"},
        {"typ": "JWT"},
        {"typ": "dpop+jwt"},
        {"typ": None},
        {"typ": ["at+jwt"]},
        {},
    ]
    for more in carried:
        forged = oauth.sign({**header, **more}, claims, mine, "EdDSA")
        yield case(f"own key with {sorted(more)}", ask(stage, forged), STRANGER)
    other = ECKey.generate_key("P-256")
    for alg in ("ES256", "RS256", "HS512", "EdDSA", "Ed25519", "PS512", "A128KW", "dir"):
        forged = oauth.unsigned({**header, "alg": alg}, claims, b"x" * 64)
        yield case(f"another algorithm: {alg}", ask(stage, forged), STRANGER)
    forged = oauth.sign({**header, "kid": other.thumbprint()}, claims, other)
    yield case("another key and algorithm", ask(stage, forged), STRANGER)


@attack("tokens that were altered")
def altered(stage: Stage) -> Iterator[Case]:
    """Other claims under the same signature, and fuzzed tokens."""
    token = client(stage).token().token
    header, claims = oauth.read(token)
    signature = token.rpartition(".")[2]
    wanted = [
        {"company": stage.theirs},
        {"environment": "live"},
        {"scope": "keys:manage"},
        {"exp": 4_102_444_800},
        {"sub": "mem_" + "0" * 26},
        {"client_id": "oc_" + "0" * 26},
    ]
    for more in wanted:
        top, said, _ = oauth.unsigned(header, {**claims, **more}).split(".")
        yield case(f"other {sorted(more)}", ask(stage, f"{top}.{said}.{signature}"), STRANGER)
    chance = random.Random(seed := secrets.randbelow(2**32))
    print(f"seed of altered tokens: {seed}")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    with Wire(stage.address) as wire:
        for _ in range(FUZZED):
            place = chance.randrange(len(token) - 1)  # the last letter holds bits that mean nothing
            changed = token[:place] + chance.choice(letters.replace(token[place], "")) + token[place + 1 :]
            cut = chance.choice([changed, changed[: chance.randrange(len(token))], token[:place] + token[place + 1 :]])
            answer = wire.call([(b"authorization", f"Bearer {cut}".encode())], LIST_PAYOUTS)
            yield case(f"fuzzed at {place}", answer, STRANGER)


@attack("tokens that are too long or too deep")
def oversized(stage: Stage) -> Iterator[Case]:
    """Tokens of every size, and JSON that nests for ever."""
    token = client(stage).token().token
    for size in (4_097, 8_193, 16_384, 60_000, 200_000):
        for grown in (token + "A" * size, "A" * size + "." + token, token.replace(".", "." + "A" * size, 1)):
            yield case(f"{size} characters more", ask(stage, grown), STRANGER | _TOO_LONG)
    deep = oauth.in_base64(b"[" * 1400).rstrip("=")
    yield case("a header that nests", ask(stage, f"{deep}.{'A' * 20}.{'A' * 86}"), STRANGER)


@attack("tokens of another time or audience")
def elsewhere(stage: Stage) -> Iterator[Case]:
    """Tokens that this installation signed, and that are not for this call."""
    mine = client(stage, resources=["https://other.example"])
    yield case("ended", ask(stage, oauth.minted(mine, expire_in=-1)), {"CREDENTIAL_EXPIRED"})
    other = mine.token(resource="https://other.example").token
    yield case("another audience", ask(stage, other), {"CREDENTIAL_WRONG_AUDIENCE"})
    for audience in (stage.running.parts.settings.issuer, "", "/v1", ["x"]):
        token = oauth.minted(mine, aud=audience)
        yield case(f"audience {audience!r}", ask(stage, token), {"CREDENTIAL_WRONG_AUDIENCE"})
    yield case("another issuer", ask(stage, oauth.minted(mine, iss="https://evil.example")), STRANGER)
    asserted = oauth.minted(mine, header={"typ": "JWT"})
    yield case("another kind of JWT", ask(stage, asserted), STRANGER)
    revoked = mine.token().token
    mine.post("/oauth/revoke", token=revoked)
    yield case("revoked", ask(stage, revoked), {"CREDENTIAL_REVOKED"})
    for credential in (mine.secret, mine.exchange(mine.code()).body["refresh_token"], mine.code()):
        yield case("a secret that is no token", ask(stage, credential), STRANGER)


@attack("bound tokens that were stolen")
def stolen(stage: Stage) -> Iterator[Case]:
    """A bound token without its key or certificate (RFC 8705, 3; RFC 9449, 7)."""
    key, thief = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    mine = client(stage, dpop_bound_access_tokens=True)
    token = mine.token(dpop=oauth.proof(key)).token
    good = {"method": "POST", "url": f"https://corridor{LIST_PAYOUTS}"}

    def shown(proof: str) -> tuple[bytes, bytes]:
        return (b"dpop", proof.encode())

    yield case("as a bearer token", ask(stage, token), _BOUND)
    yield case("without a proof", ask(stage, token, scheme="DPoP"), _BOUND)
    wrong: list[dict[str, Any]] = [
        {"method": "GET"},
        {"url": "https://corridor/other"},
        {"ath": None},
        {"ath": "A" * 43},
        {"iat": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"header": {"typ": "JWT"}},
        {"header": {"jwk": thief.as_dict(private=False)}},
        {"header": {"jku": "https://evil.example"}},
    ]
    for changes in wrong:
        proof = oauth.proof(key, token, **{**good, **changes})
        yield case(f"a proof with {sorted(changes)}", ask(stage, token, shown(proof), scheme="DPoP"), _BOUND)
    theirs = oauth.proof(thief, token, **good)
    yield case("the thief's proof", ask(stage, token, shown(theirs), scheme="DPoP"), _BOUND)
    proof = oauth.proof(key, token, **good)
    assert "" == ask(stage, token, shown(proof), scheme="DPoP")  # the right one gets in, or nothing here proves much
    yield case("a proof again", ask(stage, token, shown(proof), scheme="DPoP"), {"CREDENTIAL_REPLAYED"})
    twice = [shown(oauth.proof(key, token, **good)) for _ in range(2)]
    yield case("two proofs", ask(stage, token, *twice, scheme="DPoP"), _BOUND)
    held = client(stage, certificate_bound_access_tokens=True, certificate=oauth.certificate()[0])
    token = held.token().token
    yield case("without the certificate", ask(stage, token), _BOUND)
    other = (b"x-corridor-client-certificate", b"A" * 43)
    yield case("with another certificate", ask(stage, token, other), _BOUND)


@attack("OAuth endpoints")
def endpoints(stage: Stage) -> Iterator[Case]:
    """Clients, codes and refresh tokens that are not the attacker's."""
    mine, theirs = client(stage), oauth.make(stage.running, stage.victim)
    refused = {"invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "invalid_target"}
    code, refresh = theirs.code(), theirs.exchange(theirs.code()).body["refresh_token"]
    tries = {
        "their code": mine.exchange(code),
        "their refresh token": mine.refresh(refresh),
        "more scopes": mine.token(scope="keys:manage payouts:read"),
        "another API": mine.token(resource="https://evil.example"),
        "their id with our secret": oauth.post(
            stage.running,
            "/oauth/token",
            {"grant_type": "client_credentials"},
            {"authorization": oauth.basic(theirs.client_id, mine.secret)},
        ),
        "our assertion for them": oauth.post(
            stage.running, "/oauth/token", {"grant_type": "client_credentials", **_assertion(theirs)}
        ),
    }
    for what, found in tries.items():
        yield case(what, found.error if found.status >= 400 else "", refused)
    assert 200 == theirs.refresh(refresh).status  # nothing of theirs was used up by it


def _assertion(theirs: OAuthClient) -> dict[str, str]:
    return theirs.asserted(key=ECKey.generate_key("P-256"))
