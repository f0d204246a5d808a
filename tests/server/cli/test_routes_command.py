"""`corridor routes` against a real server: routes, versions of rules, what would happen."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli.routes import routes
from tests.server.routing.rules_desk import connect
from tests.serving import Client, Running


@pytest.fixture
def client(corridor: Running) -> Client:
    return corridor.client()


def run(corridor: Running, client: Client, *arguments: str) -> Result:
    done = CliRunner().invoke(routes, [*arguments, "--address", corridor.address, "--key", client.key])
    assert 0 == done.exit_code, done.output
    return done


def written(directory: Path, *rules: dict[str, object]) -> str:
    file = directory / "rules.json"
    file.write_text(json.dumps({"domain": "payouts", "rules": rules}))
    return str(file)


def test_a_route_is_set_and_listed(corridor: Running, client: Client) -> None:
    connection_id = connect(client)

    assert connection_id in run(corridor, client, "set", "payouts", connection_id, "--rail", "sepa").output
    assert f"payouts by sepa: on, {connection_id}\n" == run(corridor, client, "list").output


def test_rules_are_checked_made_shown_and_rolled_back(corridor: Running, client: Client, tmp_path: Path) -> None:
    connection_id = connect(client)
    rule = {"name": "all", "send": {"candidates": [{"connection_id": connection_id}]}}
    stop = {"name": "stop", "off": {"mode": "ROUTE_MODE_QUEUE"}}

    checked = run(corridor, client, "put", written(tmp_path, rule), "--check")
    assert "+ 1. all" in checked.output
    assert "There are no such versions" in run(corridor, client, "policies", "payouts").output

    assert "payouts 1 active" in run(corridor, client, "put", written(tmp_path, rule)).output
    shown = json.loads(run(corridor, client, "show", "payouts").output)
    assert ("all", "1") == (shown["rules"][0]["name"], shown["version"])

    run(corridor, client, "put", written(tmp_path, stop, rule), "--note", "night")
    assert "queue: Rule stop is off" in run(corridor, client, "simulate", "payouts").output
    assert "+ 1. stop" in run(corridor, client, "diff", "payouts", "1", "2").output

    assert "payouts 3 active" in run(corridor, client, "rollback", "payouts").output
    found = run(corridor, client, "simulate", "payouts", "--currency", "EUR", "--minor", "500").output
    assert found.startswith("send: Rule all sends it over")
    assert "later:" in run(corridor, client, "simulate", "payouts", "--down", connection_id).output


def test_a_scheduled_version_is_withdrawn(corridor: Running, client: Client, tmp_path: Path) -> None:
    stop = {"name": "stop", "off": {"mode": "ROUTE_MODE_QUEUE"}}
    made = json.loads(run(corridor, client, "put", written(tmp_path, stop), "--at", "2099-01-01", "--json").output)

    assert "withdrawn" in run(corridor, client, "withdraw", made["routing_policy_id"]).output


def test_a_file_without_rules_is_told_apart(corridor: Running, client: Client, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text("{")

    done = CliRunner().invoke(routes, ["put", str(file), "--address", corridor.address, "--key", client.key])

    assert 1 == done.exit_code
    assert "is no routing policy" in done.output


def test_a_rail_that_is_not_there_is_told_with_those_that_are(corridor: Running, client: Client) -> None:
    done = CliRunner().invoke(routes, ["simulate", "payouts", "--rail", "pigeon", "--key", client.key])

    assert 2 == done.exit_code
    assert "sepa" in done.output


def test_simulating_a_draft_needs_no_version(corridor: Running, client: Client, tmp_path: Path) -> None:
    rule = json.loads('{"name": "stop", "off": {"mode": "ROUTE_MODE_WORK_ITEM"}}')

    found = run(corridor, client, "simulate", "payouts", "--draft", written(tmp_path, rule), "--json")

    assert "ROUTE_CHOICE_ASK_PERSON" == json.loads(found.output)["choice"]


def refused(corridor: Running, client: Client, *arguments: str) -> str:
    done = CliRunner().invoke(routes, [*arguments, "--address", corridor.address, "--key", client.key])
    assert 0 != done.exit_code, done.output
    return done.output


def test_rules_that_decide_already_are_no_new_version(corridor: Running, client: Client, tmp_path: Path) -> None:
    stop = {"name": "stop", "off": {"mode": "ROUTE_MODE_QUEUE"}}
    run(corridor, client, "put", written(tmp_path, stop))

    again = run(corridor, client, "put", written(tmp_path, stop)).output

    assert "Nothing differs" in again
    assert "payouts 1 active" in again


def test_a_version_that_overtakes_a_scheduled_one_says_so(corridor: Running, client: Client, tmp_path: Path) -> None:
    stop = {"name": "stop", "off": {"mode": "ROUTE_MODE_QUEUE"}}
    ask = {"name": "ask", "off": {"mode": "ROUTE_MODE_WORK_ITEM"}}
    run(corridor, client, "put", written(tmp_path, stop), "--at", "2099-01-01")

    made = run(corridor, client, "put", written(tmp_path, ask)).output

    assert "Version 1, from 2099-01-01 00:00:00 UTC, will not decide" in made


def test_a_rollback_tells_what_it_changed_and_withdrew(corridor: Running, client: Client, tmp_path: Path) -> None:
    stop = {"name": "stop", "off": {"mode": "ROUTE_MODE_QUEUE"}}
    run(corridor, client, "put", written(tmp_path, stop))
    run(corridor, client, "put", written(tmp_path), "--at", "2099-01-01")

    told = run(corridor, client, "rollback", "payouts").output

    assert "- 1. stop" in told
    assert "Version 2, from 2099-01-01 00:00:00 UTC, is withdrawn." in told


def test_a_time_that_is_over_is_refused(corridor: Running, client: Client, tmp_path: Path) -> None:
    assert "2020-01-01 00:00 UTC is over" in refused(corridor, client, "put", written(tmp_path), "--at", "2020-01-01")


def test_a_switch_that_is_off_is_shown_as_off(corridor: Running, client: Client, tmp_path: Path) -> None:
    file = tmp_path / "off.json"
    file.write_text('{"domain": "feature.payouts", "rules": [{"name": "all", "feature": {"percent": 0}}]}')
    run(corridor, client, "put", str(file))

    shown = json.loads(run(corridor, client, "show", "feature.payouts").output)

    assert {"percent": 0} == shown["rules"][0]["feature"]


def test_a_share_without_a_connection_that_has_it_is_refused(corridor: Running, client: Client) -> None:
    assert "--expose" in refused(corridor, client, "set", "payouts", connect(client), "--percent", "5")


def test_a_percentage_is_the_stage_percent(corridor: Running, client: Client) -> None:
    first, second = connect(client), connect(client, "New")

    done = run(corridor, client, "set", "payouts", first, "--expose", second, "--percent", "5").output

    assert f"{second} at percent 5 %" in done
