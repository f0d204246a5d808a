"""Signed requests: the same bytes as the standards' examples, over exactly what is sent, and no key ever shown."""

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from joserfc import jws
from joserfc.jwk import ECKey

from adapters.kit.auth import CachedToken, HmacSigner, JwsSigner, Token
from adapters.kit.call import Outgoing
from adapters.kit.errors import Misconfigured
from adapters.kit.http import Http
from tests import corpora
from tests.adapters.kit.wire import SECRET, answer, call_to, server

BODY_HMAC = HmacSigner("X-Signature", "sha256", "hex", text=lambda outgoing: outgoing.body)


def outgoing(body: bytes = b"{}", **headers: str) -> Outgoing:
    return Outgoing("POST", "https://api.example.com/v1/pay?a=1", "/v1/pay?a=1", headers, body)


def cookbook(name: str) -> Any:
    return json.loads(corpora.path(f"jose-cookbook/{name}").read_text(encoding="utf-8"))


def test_an_hmac_is_that_of_rfc_4231() -> None:
    sign = HmacSigner("s", "sha256", "hex", text=lambda sent: sent.body).by("Jefe")

    signed = sign(outgoing(b"what do ya want for nothing?"))

    assert {"s": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"} == signed


def test_an_hmac_may_be_in_base64_under_a_key_in_hex_and_dressed_as_the_vendor_wants_it() -> None:
    signer = HmacSigner("s", "sha512", "base64", lambda sent: sent.body, key_encoding="hex", value="v1={}".format)

    signed = signer.by("00ff")(outgoing(b"text"))

    assert {"s": "v1=" + b64encode(hmac.digest(b"\x00\xff", b"text", "sha512")).decode()} == signed


@pytest.mark.parametrize(("secret", "encoding"), [("not hex", "hex"), ("a", "base64"), ("", "text")])
def test_a_secret_that_is_written_wrongly_is_misconfigured(secret: str, encoding: Any) -> None:
    with pytest.raises(Misconfigured) as raised:
        HmacSigner("s", "sha256", "hex", lambda sent: sent.body, key_encoding=encoding).by(secret)

    assert raised.value.credentials
    assert raised.value.__context__ is None


@pytest.mark.parametrize("name", ["jws/4_1.rsa_v15_signature.json", "jws/4_4.hmac-sha2_integrity_protection.json"])
def test_a_detached_jws_has_the_header_and_signature_of_rfc_7520(name: str) -> None:
    vector = cookbook(name)
    signing = vector["signing"]
    signer = JwsSigner("s", vector["input"]["alg"], payload=lambda _: vector["input"]["payload"].encode())

    signed = signer.by(json.dumps(vector["input"]["key"]), signing["protected"]["kid"])(outgoing())

    assert {"s": f"{signing['protected_b64u']}..{signing['sig']}"} == signed


def test_a_detached_jws_is_that_of_rfc_7515_appendix_f() -> None:
    vector = cookbook("jws/4_5.signature_with_detached_content.json")
    signer = JwsSigner("s", "HS256", payload=lambda _: vector["input"]["payload"].encode())

    signed = signer.by(json.dumps(vector["input"]["key"]), vector["input"]["key"]["kid"])(outgoing())

    assert {"s": vector["output"]["compact"]} == signed


def test_an_unencoded_payload_is_signed_as_rfc_7797_says() -> None:
    vector = cookbook("rfc7797/hmac-sha2_b64_false.json")  # its `signing` is faulty, its `output` is right
    header, payload, signature = vector["output"]["compact"].split(".")
    signer = JwsSigner("s", "HS256", payload=lambda _: payload.encode(), b64=False)

    signed = signer.by(json.dumps(vector["input"]["key"]))(outgoing())

    assert {"s": f"{header}..{signature}"} == signed


def lines(sent: Outgoing) -> bytes:
    """What the signature of a vendor's published vector covers."""
    path = sent.path_and_query.partition("?")[0]
    key = f"Idempotency-Key: {sent.header('idempotency-key')}\n"
    return f"{sent.method} {path}\n{key}".encode() + sent.body


ES512 = JwsSigner(
    "Tl-Signature", "ES512", payload=lines, protected=lambda _: {"tl_version": "2", "tl_headers": "Idempotency-Key"}
)


def p521() -> tuple[str, ECKey]:
    key = ec.generate_private_key(ec.SECP521R1())
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return text, ECKey.import_key(public)


def verified(signature: str, payload: bytes, key: ECKey) -> bool:
    found = jws.extract_compact(signature.encode(), payload)
    return jws.validate_compact(found, key, registry=jws.JWSRegistry(algorithms=["ES512"], strict_check_header=False))


def test_what_is_signed_is_what_a_vendors_published_signature_covers() -> None:
    public = ECKey.import_key(corpora.path("truelayer-signing/ec512-public.pem").read_bytes())
    published = corpora.path("truelayer-signing/tl-signature.txt").read_text().strip()
    sent = Outgoing(
        "POST",
        "https://api.example.com/merchant_accounts/a61acaef-ee05-4077-92f3-25543a11bd8d/sweeping",
        "/merchant_accounts/a61acaef-ee05-4077-92f3-25543a11bd8d/sweeping",
        {"idempotency-key": "idemp-2076717c-9005-4811-a321-9e0787fa0382"},
        b'{"currency":"GBP","max_amount_in_minor":5000000,"name":"Foo???"}',
    )
    text, ours = p521()

    signed = ES512.by(text, "45fc75cf-5649-4134-84b3-192c2c78e990")(sent)["Tl-Signature"]

    assert verified(published, lines(sent), public)
    assert published.partition(".")[0] == signed.partition(".")[0]
    assert verified(signed, lines(sent), ours)
    assert not verified(signed, lines(sent) + b" ", ours)


def test_names_that_must_be_understood_are_critical() -> None:
    issued = "http://openbanking.org.uk/iat"
    signer = JwsSigner("s", "ES512", protected=lambda _: {issued: 1501497671}, b64=False, critical=(issued,))

    header = signer.by(p521()[0], "k")(outgoing())["s"].partition(".")[0]

    read = json.loads(urlsafe_b64decode(header + "=="))
    assert {"alg": "ES512", "kid": "k", issued: 1501497671, "b64": False, "crit": [issued, "b64"]} == read


def pem(key: Any, password: bytes = b"") -> str:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    made: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    return made.decode()


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        "",
        "{}",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        pem(ed25519.Ed25519PrivateKey.generate()),
        pem(ec.generate_private_key(ec.SECP521R1()), b"passphrase"),
        json.dumps(p521()[1].as_dict(private=False)),
    ],
    ids=["a word", "nothing", "no JWK", "no PEM", "another kind", "encrypted", "public"],
)
def test_a_text_that_is_no_private_key_is_misconfigured_and_not_repeated(text: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        ES512.by(text)

    assert raised.value.credentials
    assert raised.value.__context__ is None
    assert not text or text not in str(raised.value)


def test_a_signature_covers_the_bytes_and_headers_that_are_sent(http: Http) -> None:
    seen: list[Outgoing] = []
    signer = HmacSigner("X-Signature", "sha256", "hex", lambda sent: seen.append(sent) or sent.body)  # type: ignore[func-returns-value]  # append, then the body
    token = CachedToken("own", lambda call: Token("t-1"))
    with server(answer("200 OK")) as (url, received):
        call_to(http, f"{url}/base").send(
            "POST", "/v1/pay", json={"name": "Zoë"}, query={"a": "x y"}, writes=True, sign=signer.by("k"), token=token
        )

    head, _, body = received[0].partition(b"\r\n\r\n")
    assert f"X-Signature: {hmac.new(b'k', body, hashlib.sha256).hexdigest()}" in head.decode()
    assert head.startswith(f"POST {seen[0].path_and_query} HTTP/1.1".encode())
    assert ("/base/v1/pay?a=x+y", body) == (seen[0].path_and_query, seen[0].body)
    assert ("Bearer t-1", "application/json") == (seen[0].header("authorization"), seen[0].header("Content-type"))


def test_a_request_that_cannot_be_signed_is_never_sent(http: Http) -> None:
    def broken(sent: Outgoing) -> dict[str, str]:
        raise ValueError(SECRET)

    call = call_to(http, "http://127.0.0.1:9")
    with pytest.raises(Misconfigured) as raised:
        call.send("POST", "/", json={}, writes=True, sign=broken)

    assert raised.value.credentials
    assert SECRET not in f"{raised.value!r} {call.exchanges!r}"
    assert raised.value.__context__ is None


def test_no_key_stands_in_a_repr() -> None:
    text, _ = p521()

    shown = (
        f"{BODY_HMAC!r} {BODY_HMAC.by(SECRET)!r} {ES512!r} {ES512.by(text)!r} {outgoing(SECRET.encode(), a=SECRET)!r}"
    )

    assert SECRET not in shown
    assert "PRIVATE" not in shown
