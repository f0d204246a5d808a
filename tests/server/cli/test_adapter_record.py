"""`corridor adapter record`: fixtures of the right shape in which nothing of anybody survives."""

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from adapters.kit.discovery import providers
from adapters.kit.spec.exchange import Request, Response
from server.cli.adapter import adapter
from server.cli.adapters.fakes import Fakes
from server.cli.adapters.scrubbing import Scrubber, Survived
from tests.server.cli.conftest import Start

CANARIES = [
    "Zebedee", "Quillfeather", "zebedee@quillfeather.example", "DE89370400440532013000", "998877665544", "021000021",
    "4111111111111111", "+442079460958", "1984-03-21", "Canary Wharf 7", "E14 5AB", "sk_live_canary51",
    "eyJhbGciOiJIUzI1NiJ9.canary", "acct_1Nnl5VGPxmnH", "0f8e3719-3dfd-4613-9bbf-c0333781b59f", "203.0.113.77",
    "Christmas bonus", "123-45-6789", "4402315",
]  # fmt: skip
PAYOUT = {
    "payout_id": "po_01k9h2x0000000000000000001",
    "amount": {"currency_code": "EUR", "amount_minor": "1050"},
    "rail": "RAIL_SEPA",
    "reference": "Christmas bonus",
}
BENEFICIARY = {
    "party": {"person": {"given_name": "Zebedee", "family_name": "Quillfeather"}},
    "bank_account": {"iban": {"iban": "DE89370400440532013000"}, "currency_code": "EUR"},
}


def recorded(*arguments: str) -> Result:
    return CliRunner().invoke(adapter, ["record", *arguments])


def body(**values: Any) -> bytes:
    return json.dumps(values).encode()


def everything_sensitive() -> tuple[Request, Response]:
    """The canaries in every place where an exchange can hold something."""
    sent = {
        "content-type": "application/json", "authorization": "Bearer sk_live_canary51", "x-api-key": "sk_live_canary51",
        "idempotency-key": "po-998877665544", "cookie": "session=Zebedee", "acme-version": "2023-08-16",
    }  # fmt: skip
    request = Request(
        "post",
        "/v1/accounts/acct_1Nnl5VGPxmnH/owners/Zebedee%20Quillfeather?email=zebedee%40quillfeather.example&status=open",
        sent,
        body(
            name="Zebedee Quillfeather", id="acct_1Nnl5VGPxmnH", iban="DE89370400440532013000", status="open",
            number="998877665544", number_as_number=998877665544, routing="021000021", card="4111111111111111",
            phone="+442079460958", birth_date="1984-03-21", address=["Canary Wharf 7", {"postal": "E14 5AB"}],
            token="eyJhbGciOiJIUzI1NiJ9.canary", note="for Zebedee of 998877665544", amount=1050, type="checking",
            **{"998877665544": {"Zebedee Quillfeather": 1}}, ssn="123-45-6789", account=4402315,
        ),
    )  # fmt: skip
    answer = body(
        id="0f8e3719-3dfd-4613-9bbf-c0333781b59f", status="paid", created_at="2026-11-20T09:30:00Z", ip="203.0.113.77",
        _links={"self": {"href": "https://api.acme.example/accounts/acct_1Nnl5VGPxmnH?key=sk_live_canary51"}},
        error={"message": "No account 998877665544", "code": "no_account"}, reference="Christmas bonus",
    )  # fmt: skip
    location = "https://api.acme.example/transfers/0f8e3719-3dfd-4613-9bbf-c0333781b59f"
    return request, Response(201, {"content-type": "application/json", "location": location}, answer)


def scrubbed() -> dict[str, Any]:
    scrubber = Scrubber({"id", "status", "code", "type"}, ["sk_live_canary51"])
    return scrubber.exchange(*everything_sensitive())


@pytest.mark.parametrize("canary", CANARIES)
def test_nothing_sensitive_survives(canary: str) -> None:
    # Read as text and as what the text encodes.
    written = json.dumps(scrubbed(), ensure_ascii=False)

    assert canary not in written
    assert canary not in httpx.URL("http://x/?q=" + written.replace("+", " ")).params["q"]


def test_what_says_what_happened_stays() -> None:
    made = scrubbed()

    assert ("open", 1050) == (made["request"]["body"]["status"], made["request"]["body"]["amount"])
    assert "2023-08-16" == made["request"]["headers"]["acme-version"]
    assert "2026-11-20T09:30:00Z" == made["response"]["body"]["created_at"]
    assert "no_account" == made["response"]["body"]["error"]["code"]


def test_the_same_value_becomes_the_same_everywhere() -> None:
    made = scrubbed()

    account = made["request"]["body"]["id"]
    assert re.fullmatch(r"acct_\d[A-Z][a-z]{2}\d[A-Z]{3}[a-z]{3}[A-Z]", account)
    assert f"/v1/accounts/{account}/" in made["request"]["target"]
    assert f"/accounts/{account}?" in made["response"]["body"]["_links"]["self"]["href"]
    assert made["response"]["body"]["id"] == made["response"]["headers"]["location"].rpartition("/")[2]


def test_other_recordings_use_other_stand_ins() -> None:
    assert scrubbed()["request"]["body"]["id"] != scrubbed()["request"]["body"]["id"]


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("DE89370400440532013000", r"DE\d{20}"),
        ("021000021", r"\d{9}"),
        ("4111111111111111", r"\d{16}"),
        ("0f8e3719-3dfd-4613-9bbf-c0333781b59f", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-9[0-9a-f]{3}-[0-9a-f]{12}"),
        ("zebedee@quillfeather.example", r"[a-z]{7}@example\.com"),
        ("1984-03-21", r"19\d\d-\d\d-\d\d"),
        ("Zebedee Quillfeather", r"[A-Z][a-z]{6} [A-Z][a-z]{11}"),
        ("sk_live_aB3dE6", r"sk_live_[a-z][A-Z]\d[a-z][A-Z]\d"),
    ],
)
def test_a_stand_in_has_the_shape_of_its_value(value: str, shape: str) -> None:
    fake = Fakes().of(value)

    assert re.fullmatch(shape, fake)
    assert value != fake


def test_stand_ins_of_checked_numbers_check_as_well() -> None:
    from schwifty import IBAN

    iban, routing, card = (Fakes().of(each) for each in ("DE89370400440532013000", "021000021", "4111111111111111"))

    assert IBAN(iban, allow_invalid=True).checksum_digits == f"{98 - int(str(int(iban[4:] + '131400'))) % 97:02d}"
    assert 0 == sum(int(each) * weight for each, weight in zip(routing, (3, 7, 1) * 3, strict=True)) % 10
    assert 0 == sum(sum(divmod(int(each) * (1 + place % 2), 10)) for place, each in enumerate(reversed(card))) % 10


def test_a_value_that_is_left_somewhere_stops_the_writing() -> None:
    scrubber = Scrubber(set(), ["sk_live_canary51"])
    scrubber.exchange(*everything_sensitive())

    with pytest.raises(Survived):
        scrubber.check("the account 998877665544 is mentioned in a comment")
    with pytest.raises(Survived):
        scrubber.check("sk_live_canary51")


def test_forms_are_scrubbed_field_by_field() -> None:
    sent = Request(
        "post",
        "/v1/x",
        {"content-type": "application/x-www-form-urlencoded"},
        b"amount=1050&metadata[name]=Zebedee&status=open&998877665544=x",
    )
    made = Scrubber({"status"}, []).exchange(sent, Response(204, {}, None))

    fields = made["request"]["body"]["form"]
    assert [["amount", "1050"], ["status", "open"]] == [fields[0], fields[2]]
    assert "Zebedee" not in str(fields)
    assert "998877665544" not in str(fields)


def test_a_call_is_recorded_with_its_origin_and_date(tmp_path: Path) -> None:
    done = recorded(
        "sandbox", "create_payout", json.dumps({"payout": PAYOUT, "beneficiary": BENEFICIARY}), "--into", str(tmp_path),
        "--credential", "api_key=sk_live_canary51",
    )  # fmt: skip

    assert 0 == done.exit_code, done.output
    (path,) = tmp_path.iterdir()
    fixture = json.loads(path.read_text())
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", fixture["recorded"])
    assert ("sandbox", "v1", "sandbox's simulator") == (
        fixture["provider"],
        fixture["api_version"],
        fixture["origin"],
    )
    (exchange,) = fixture["exchanges"]
    assert (201, "received") == (exchange["response"]["status"], exchange["response"]["body"]["status"])
    assert exchange["request"]["body"]["reference"] == exchange["response"]["body"]["reference"]
    assert not [canary for canary in [*CANARIES, PAYOUT["payout_id"]] if str(canary) in path.read_text()]


def test_a_recorded_answer_can_be_mapped_again(tmp_path: Path) -> None:
    import importlib

    recorded("sandbox", "create_payout", "--into", str(tmp_path))
    (path,) = tmp_path.iterdir()
    answer = json.loads(path.read_text())["exchanges"][0]["response"]["body"]

    seen = importlib.import_module(f"{providers()['sandbox'].package}.mapping").observation(answer)

    assert 12345 == seen.amount.amount_minor


def test_what_passes_through_is_recorded_until_the_end(
    tmp_path: Path, start: Start, environment: dict[str, str]
) -> None:
    simulator = providers()["sandbox"].simulator(step_seconds=3600)
    with simulator:
        process = start(
            environment, "adapter", "record", "sandbox", "--listen", "0", "--to", simulator.url, "--into", str(tmp_path)
        )
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        answer = httpx.get(f"{url}/v1/transfers?reference=998877665544", headers={"Authorization": "Bearer secret99"})
        os.kill(process.pid, signal.SIGINT)
        process.wait(30)

    assert 200 == answer.status_code
    (path,) = tmp_path.iterdir()
    (exchange,) = json.loads(path.read_text())["exchanges"]
    assert {"data": [], "next_cursor": None} == exchange["response"]["body"]
    assert "998877665544" not in path.read_text()
    assert "secret99" not in path.read_text()


@pytest.mark.parametrize("arguments", [[], ["create_payout", "--listen", "0"], ["--listen", "0"], ["read_webhook"]])
def test_what_cannot_be_recorded_is_a_mistake_in_usage(arguments: list[str], tmp_path: Path) -> None:
    assert 2 == recorded("sandbox", *arguments, "--into", str(tmp_path)).exit_code
