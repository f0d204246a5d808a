"""`corridor adapter try`: one call without database or server, on every provider's own simulator."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.kit.discovery import providers
from adapters.kit.simulator_http import Fault
from server.cli.adapter import adapter
from server.cli.adapters import methods

CREATED = (
    '{"payout": {"payout_id": "po_1", "amount": {"currency_code": "EUR", "amount_minor": "1050"}, "rail": "RAIL_SEPA"}}'
)
ALL = [(name, method) for name, each in providers().items() for method in methods.methods(each)]


def tried(*arguments: str) -> Result:
    return CliRunner().invoke(adapter, ["try", *arguments])


def observation(result: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.stdout[result.stdout.rindex("\n{\n") :])
    return found


def test_a_payout_is_made_with_an_example_and_its_observation_is_shown() -> None:
    done = tried("sandbox", "create_payout")

    assert 0 == done.exit_code
    assert "→ POST http://127.0.0.1:" in done.stdout
    assert "← 201" in done.stdout
    assert "PAYOUT_STATE_SENT" == observation(done)["state"]


def test_what_travels_is_shown_redacted() -> None:
    done = tried("sandbox", "create_payout", "--credential", "api_key=sk_canary_5521")

    assert "Ada" not in done.output
    assert "000123456789" not in done.output
    assert "sk_canary_5521" not in done.output


@pytest.mark.parametrize(("name", "method"), ALL)
def test_every_method_of_every_adapter_takes_its_example_and_ends_in_a_way_that_has_a_name(
    name: str, method: str
) -> None:
    done = tried(name, method)

    assert done.exit_code in (0, 1), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output


@pytest.mark.parametrize("name", [name for name, each in providers().items() if "payouts" in each.manifest.coverage])
def test_the_example_of_a_payout_is_taken_by_every_simulator(name: str) -> None:
    done = tried(name, "create_payout")

    assert 0 == done.exit_code, done.output


def test_a_method_is_asked_at_an_address_that_runs_already() -> None:
    simulator = providers()["sandbox"].simulator(step_seconds=3600)
    with simulator:
        first = tried("sandbox", "create_payout", "--base-url", simulator.url)
        found = tried("sandbox", "look_up_payout", "--base-url", simulator.url)

    assert observation(first) == observation(found)


def test_a_failure_is_shown_with_its_meaning() -> None:
    simulator = providers()["sandbox"].simulator(step_seconds=3600)
    with simulator:
        simulator.fault(Fault("lost_answer"))
        done = tried("sandbox", "create_payout", "--base-url", simulator.url)

    assert 1 == done.exit_code
    assert "Unknown: " in done.stdout
    assert "the provider may have acted" in done.stdout


def test_the_arguments_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "look.json").write_text('{"payout": {"payout_id": "po_1"}}')

    done = tried("sandbox", "look_up_payout", f"@{tmp_path / 'look.json'}")

    assert 0 == done.exit_code
    assert "Nothing" in done.stdout


def test_the_list_shows_json_that_every_method_takes() -> None:
    shown = tried("sandbox", "--list").stdout

    assert {"create_payout", "look_up_payout", "read_webhook"} <= {
        line.split("  ")[0] for line in shown.splitlines() if "  (" in line
    }


def test_a_webhook_is_read_without_a_call() -> None:
    body = {"id": "evt_1", "type": "something.else", "data": {}}

    done = tried("sandbox", "read_webhook", json.dumps({"inbound": {"body": body}}))

    assert {"event_id": "evt_1", "observations": []} == observation(done)


def test_a_forged_webhook_is_said_to_be_one() -> None:
    done = tried("sandbox", "verify_webhook", '{"inbound": {"body": {}}}')

    assert 1 == done.exit_code
    assert "no active secret signed this" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody", "create_payout"], "there is no adapter 'nobody'"),
        (["sandbox", "fly"], "no method 'fly'"),
        (["sandbox", "create_payout", "{"], "not JSON"),
        (["sandbox", "create_payout", "[]"], "an object with payout, beneficiary"),
        (["sandbox", "create_payout", CREATED], "create_payout needs beneficiary"),
        (["sandbox", "look_up_payout", '{"payout": {"payout": 1}}'], "payout: Message type"),
        (["sandbox", "look_up_payout", '{"pay": {}}'], "look_up_payout has no pay"),
        (["sandbox", "create_payout", "--credential", "key=x"], "'key' is not a credential of sandbox"),
        (["sandbox", "create_payout", "--base-url", "manifest", "--environment", "live"], "no address in live"),
    ],
)
def test_a_mistake_is_told_in_a_line(arguments: list[str], said: str) -> None:
    done = tried(*arguments)

    assert 1 == done.exit_code
    assert said in done.output


def test_a_secret_that_is_mistyped_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("api_kye=sk_canary_5521\n")

    done = tried("sandbox", "create_payout", "--credentials", str(tmp_path / "keys"))

    assert 1 == done.exit_code
    assert "sk_canary_5521" not in done.output
