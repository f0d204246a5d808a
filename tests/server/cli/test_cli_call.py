"""`corridor call` and `corridor timeline` against a real server."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli.call import call
from server.cli.timeline import timeline
from tests.serving import Client, Running

IBAN = "DE89370400440532013000"
BENEFICIARY = {
    "party": {"business": {"legal_name": "Analytical Engines GmbH"}},
    "bank_account": {"iban": {"iban": IBAN}, "currency_code": "EUR"},
}


@pytest.fixture
def client(corridor: Running) -> Client:
    return corridor.client()


def run(corridor: Running, client: Client, *arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(call, [*arguments, "--address", corridor.address, "--key", client.key], input=text)


def test_an_answer_is_json_with_the_contracts_names(corridor: Running, client: Client) -> None:
    done = run(corridor, client, "CreateBeneficiary", json.dumps(BENEFICIARY))

    assert 0 == done.exit_code
    assert json.loads(done.stdout)["beneficiary"]["beneficiary_id"].startswith("ben_")


def test_an_idempotency_key_is_made_up_and_told_where_one_is_needed(corridor: Running, client: Client) -> None:
    done = run(corridor, client, "CreateBeneficiary", json.dumps(BENEFICIARY))

    assert done.stderr.startswith("idempotency key: cli-")


def test_a_repetition_is_told(corridor: Running, client: Client) -> None:
    arguments = ("CreateBeneficiary", json.dumps(BENEFICIARY), "--idempotency-key", "twice")

    first, second = run(corridor, client, *arguments), run(corridor, client, *arguments)

    assert first.stdout == second.stdout
    assert second.stderr.startswith("replayed")


@pytest.mark.parametrize(
    "name", ["ListPayouts", "PayoutService/ListPayouts", "corridor.payouts.v1.PayoutService/ListPayouts"]
)
def test_a_method_can_be_named_in_short(corridor: Running, client: Client, name: str) -> None:
    assert 0 == run(corridor, client, name).exit_code


def test_the_request_can_come_from_a_file_or_from_standard_input(
    corridor: Running, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "request.json").write_text('{"page_size": 1}')

    assert 0 == run(corridor, client, "ListPayouts", f"@{tmp_path / 'request.json'}").exit_code
    assert 0 == run(corridor, client, "ListPayouts", "-", text='{"page_size": 1}').exit_code


def test_a_refusal_tells_reason_field_and_request(corridor: Running, client: Client) -> None:
    done = run(corridor, client, "CreatePayout", '{"beneficiary_id": "nobody"}')

    assert 1 == done.exit_code
    assert "Error: INVALID_ARGUMENT: " in done.stderr
    assert "  beneficiary_id: " in done.stderr
    assert "  request: " in done.stderr


def test_json_that_does_not_fit_is_a_mistake_in_usage(corridor: Running, client: Client) -> None:
    done = run(corridor, client, "ListPayouts", '{"page_sise": 1}')

    assert 2 == done.exit_code
    assert "page_sise" in done.stderr


def test_a_method_that_does_not_exist_is_answered_with_those_that_are_near(corridor: Running, client: Client) -> None:
    assert "PayoutService.CreatePayout" in run(corridor, client, "Payout").stderr


def test_nobody_listening_is_told_with_what_to_start() -> None:
    done = CliRunner().invoke(call, ["ListPayouts", "--address", "127.0.0.1:1"])

    assert 1 == done.exit_code
    assert "nothing answers at 127.0.0.1:1: start it by `corridor up`" in done.stderr
    assert "If it speaks TLS, CORRIDOR_CA must say whom to trust." in done.stderr


def test_all_methods_can_be_listed_with_their_address() -> None:
    lines = CliRunner().invoke(call, ["--list"]).stdout.splitlines()

    assert any(
        line.startswith("corridor.payouts.v1.PayoutService/CreatePayout") and line.endswith("POST /v1/payouts")
        for line in lines
    )


def test_without_a_method_it_says_how_to_find_one() -> None:
    assert "Name a METHOD: `corridor call --list` lists them." in CliRunner().invoke(call, []).stderr


def test_a_timeline_of_what_has_none_says_what_has_one(corridor: Running, client: Client) -> None:
    asked = ["ref_00000000000000000000000001", "--address", corridor.address, "--key", client.key]

    done = CliRunner().invoke(timeline, asked)

    assert 1 == done.exit_code
    assert "is no id of a payout (po_…), payment (pay_…) or dispute (dsp_…)" in done.output


def test_a_timeline_tells_what_happened_in_order(corridor: Running, client: Client) -> None:
    made = json.loads(run(corridor, client, "CreateBeneficiary", json.dumps(BENEFICIARY)).stdout)["beneficiary"]
    request = {
        "beneficiary_id": made["beneficiary_id"], "amount": {"currency_code": "EUR", "amount_minor": 100},
        "reference": "Invoice",
    }  # fmt: skip
    payout = json.loads(run(corridor, client, "CreatePayout", json.dumps(request)).stdout)["payout"]

    done = CliRunner().invoke(timeline, [payout["payout_id"], "--address", corridor.address, "--key", client.key])

    assert 0 == done.exit_code, done.output
    assert ["payout.create: done", "payout.accepted"] == [
        line[26:66].strip() for line in done.stdout.splitlines() if line.startswith("  +")
    ]
