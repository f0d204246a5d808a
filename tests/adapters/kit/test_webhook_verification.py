"""Webhook verification: published vectors, the reference implementation, and what attackers and proxies do."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from adapters.kit.errors import Forged
from adapters.kit.ports import Inbound
from adapters.kit.webhooks import HmacScheme, standard_signature, verify_standard_webhook
from tests import corpora

AT = 1_770_029_771
NOW = datetime.fromtimestamp(AT, UTC)
SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes.").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret").decode()
BODY = b'{"id":"evt_1","n":1.10}'

# How vendors without an adapter sign. An adapter declares its vendor's scheme in its own folder, and tests it there.
SCHEMES = {
    ("onfido", "hmac-sha256-hex"): HmacScheme("x-sha2-signature"),
    ("xero", "hmac-sha256-b64"): HmacScheme("x-xero-signature", encoding="base64"),
    ("docusign", "hmac-sha256-b64"): HmacScheme("x-docusign-signature-1", encoding="base64"),
    ("fingerprint", "fpjs-v1"): HmacScheme("fpjs-event-signature", prefix="v1=", separator=","),
}


def standard(**changes: Any) -> Inbound:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(AT),
        "webhook-signature": standard_signature("msg_1", AT, BODY, SECRET),
    }
    return Inbound({**headers, **changes.pop("headers", {})}, changes.pop("body", BODY))


def reason(verify: Callable[..., None], inbound: Inbound, secrets: list[str]) -> str:
    with pytest.raises(Forged) as forged:
        verify(inbound, secrets, NOW)
    return forged.value.reason


def verdict(verify: Callable[..., None], vector: dict[str, Any]) -> str:
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    try:
        verify(
            Inbound(headers, vector["body"].encode()), [vector["secret"]], datetime.fromtimestamp(vector["now"], UTC)
        )
    except Forged:
        return "reject"
    return "accept"


def vectors_of(*schemes: tuple[str, str]) -> list[dict[str, Any]]:
    whole = json.loads(corpora.path("webhook-vectors/dev.json").read_text(encoding="utf-8"))["vectors"]
    return [vector for vector in whole if (vector["vendor"], vector["scheme"]) in schemes]


def test_standard_webhooks_agrees_with_every_vector() -> None:
    vectors = vectors_of(("standard-webhooks", "standard-webhooks-v1"))

    wrong = [each["case"] for each in vectors if verdict(verify_standard_webhook, each) != each["expect"]]

    assert len(vectors) >= 19
    assert [] == wrong


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda each: each[0])
def test_a_scheme_agrees_with_every_vector(scheme: tuple[str, str]) -> None:
    vectors = vectors_of(scheme)

    wrong = [each["case"] for each in vectors if verdict(SCHEMES[scheme].verify, each) != each["expect"]]

    assert len(vectors) >= 12
    assert [] == wrong


def test_the_published_known_answer_is_ours() -> None:
    known = json.loads(corpora.path("standard-webhooks/known-answer.json").read_text(encoding="utf-8"))
    signature = standard_signature(
        known["webhook-id"], known["webhook-timestamp"], known["payload"].encode(), known["secret"]
    )

    assert known["webhook-signature"] == signature


def test_the_reference_implementation_makes_what_we_accept_and_accepts_what_we_make() -> None:
    now = datetime.now(UTC)
    theirs = Webhook(SECRET).sign("msg_1", now, BODY.decode())
    ours = standard_signature("msg_1", int(now.timestamp()), BODY, SECRET)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": ours}

    assert theirs == ours
    Webhook(SECRET).verify(BODY, headers)
    verify_standard_webhook(Inbound(headers, BODY), [SECRET], now)


def test_any_active_secret_and_any_signature_may_match() -> None:
    old_and_new = f"{standard_signature('msg_1', AT, BODY, OTHER)} {standard_signature('msg_1', AT, BODY, SECRET)}"

    verify_standard_webhook(standard(), [OTHER, SECRET], NOW)
    verify_standard_webhook(standard(headers={"webhook-signature": old_and_new}), [SECRET], NOW)
    verify_standard_webhook(standard(headers={"webhook-signature": f"  v1a,xyz {old_and_new} "}), [OTHER], NOW)


def test_a_secret_is_read_with_and_without_prefix_and_padding() -> None:
    bare = SECRET.removeprefix("whsec_")

    for secret in (bare, bare.rstrip("="), SECRET.rstrip("=")):
        verify_standard_webhook(standard(), [secret], NOW)


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_"], ["whsec_==="], ["whsec_not base64!"], ["é"]])
def test_no_usable_secret_means_that_nothing_is_accepted(secrets: list[str]) -> None:
    # Signed by the empty key, as somebody would who hopes that a missing secret becomes one.
    signed = hmac.digest(b"", f"msg_1.{AT}.".encode() + BODY, "sha256")
    forged = standard(headers={"webhook-signature": "v1," + base64.b64encode(signed).decode()})

    assert "no_secret" == reason(verify_standard_webhook, forged, secrets)
    assert "no_secret" == reason(HmacScheme("x-signature", key="hex").verify, forged, ["zz"])


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"webhook-signature": ""}, "missing_signature"),
        ({"webhook-signature": "   "}, "missing_signature"),
        ({"webhook-id": ""}, "missing_id"),
        ({"webhook-timestamp": ""}, "missing_timestamp"),
        ({"webhook-timestamp": "soon"}, "malformed_timestamp"),
        ({"webhook-timestamp": f"{AT}.0"}, "malformed_timestamp"),
        ({"webhook-timestamp": f" {AT}"}, "malformed_timestamp"),
        ({"webhook-timestamp": f"+{AT}"}, "malformed_timestamp"),
        ({"webhook-timestamp": "٣"}, "malformed_timestamp"),
        ({"webhook-timestamp": "9" * 400}, "malformed_timestamp"),
        ({"webhook-timestamp": str(AT - 301)}, "too_old"),
        ({"webhook-timestamp": str(AT + 301)}, "in_future"),
        ({"webhook-timestamp": str(AT + 1)}, "wrong_signature"),
        ({"webhook-id": "msg_2"}, "wrong_signature"),
        ({"webhook-signature": "v1,"}, "malformed_signature"),
        ({"webhook-signature": "v1,é"}, "malformed_signature"),
        ({"webhook-signature": "v1,!!!!"}, "malformed_signature"),
        ({"webhook-signature": "v2,AAAA"}, "malformed_signature"),
        ({"webhook-signature": standard_signature("msg_1", AT, BODY, SECRET)[3:]}, "malformed_signature"),
        ({"webhook-signature": "v1,AAAA"}, "wrong_signature"),
    ],
    ids=str,
)
def test_a_refusal_says_why_in_one_word(headers: dict[str, str], why: str) -> None:
    assert why == reason(verify_standard_webhook, standard(headers=headers), [SECRET])


def test_body_and_signature_are_compared_as_bytes() -> None:
    scheme = HmacScheme("x-signature")
    body = b"\xff\xfe not text \x00"
    signature = scheme.sign(body, "key")

    scheme.verify(Inbound({"x-signature": signature}, body), ["key"], NOW)
    scheme.verify(Inbound({"x-signature": f" {signature} "}, body), ["other", "key"], NOW)
    for value in (signature.upper(), signature + "0", signature[:-1], "0" * 64, f"sha256={signature}", signature + " "):
        if value.strip() != signature:
            assert reason(scheme.verify, Inbound({"x-signature": value}, body), ["key"]) in {
                "malformed_signature",
                "wrong_signature",
            }


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda each: each[0])
def test_what_a_scheme_signs_it_accepts_and_no_other_secret_does(scheme: tuple[str, str]) -> None:
    secret, other = ("ab" * 16, "cd" * 16)
    value = SCHEMES[scheme].sign(BODY, secret, AT)
    inbound = Inbound({SCHEMES[scheme].header: value}, BODY)

    SCHEMES[scheme].verify(inbound, [secret], NOW)
    assert "wrong_signature" == reason(SCHEMES[scheme].verify, inbound, [other])


def test_a_timestamped_scheme_reads_the_first_time_and_any_signature() -> None:
    scheme = HmacScheme("x-timed", prefix="v1=", separator=",", timestamp="t", allow_future=True)
    signature = scheme.sign(BODY, "key", AT).partition(",")[2]

    scheme.verify(Inbound({"x-timed": f"t={AT}, v1={'0' * 64}, {signature}, v0=x"}, BODY), ["key"], NOW)
    assert "wrong_signature" == reason(
        scheme.verify, Inbound({"x-timed": f"t={AT + 1},t={AT},{signature}"}, BODY), ["key"]
    )
    assert "missing_timestamp" == reason(scheme.verify, Inbound({"x-timed": signature}, BODY), ["key"])
    assert "malformed_signature" == reason(scheme.verify, Inbound({"x-timed": f"t={AT},v0={'0' * 64}"}, BODY), ["key"])
