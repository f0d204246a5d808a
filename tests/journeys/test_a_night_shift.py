"""Mary has the night shift in operations. She finds what is stuck, and puts it right: by HTTP and by the command line.

The vendor's new webhook secret was not told to Corridor, so that what it delivered was refused; and one payout had no
route when it was made.
"""

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from server.cli import provision
from server.cli.rest import Refused, Rest
from server.cli.stack import Stack
from tests.serving import until


@pytest.fixture
def mary(corridor_up: Stack) -> Any:
    """Her company, its key, and a way to the API."""
    company = provision.company(corridor_up, "Night Bank")
    rest = Rest(corridor_up.gateway_url, company.key)
    yield corridor_up, rest, company.key
    rest.close()


def pay(rest: Rest, key: str) -> str:
    """A payout; its id."""
    party = {"business": {"legal_name": "Jacquard Looms SARL"}}
    account = {"iban": {"iban": "DE89370400440532013000"}, "currency_code": "EUR"}
    body = {"party": party, "bank_account": account}
    beneficiary = rest.send("POST", "/v1/beneficiaries", body, key=f"b-{key}").body
    amount = {"currency_code": "EUR", "amount_minor": "1250"}
    body = {"beneficiary_id": beneficiary["beneficiary_id"], "amount": amount, "reference": key}
    return str(rest.send("POST", "/v1/payouts", body, key=key).body["payout_id"])


def command(stack: Stack, key: str, *words: str) -> str:
    """What `corridor` says."""
    environment = os.environ | {"CORRIDOR_KEY": key, "CORRIDOR_ADDRESS": stack.grpc_address}
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", *words], env=environment, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_a_night_shift(mary: Any) -> None:
    stack, rest, key = mary
    payout_id = pay(rest, "invoice-1")

    # Nobody has said where payouts go: she finds it, and takes it.
    open_ones = "/v1/work-items?state=WORK_ITEM_STATE_OPEN"
    item = until(lambda: next(iter(rest.send("GET", open_ones).body.get("work_items", [])), None))
    work_item_id = item["work_item_id"]
    assert ("WORK_ITEM_KIND_NO_ROUTE", payout_id, "payouts") == (item["kind"], item["resource_id"], item["domain"])
    assert work_item_id in command(stack, key, "work", "list", "--domain", "payouts")

    # She sees what can be done. Nothing was sent, so it may go anywhere; there is nowhere to go yet.
    page = rest.send("GET", f"/v1/work-items/{work_item_id}:inspect").body
    can = {each["action"]: each.get("possible", False) for each in page["work_item"]["actions"]}
    assert can["WORK_ITEM_ACTION_RETRY"]
    assert can["WORK_ITEM_ACTION_SEND_ELSEWHERE"]
    assert "what can be done" in command(stack, key, "work", "show", work_item_id)

    # A colleague makes a connection and no route, and gives the vendor another webhook secret than Corridor.
    connection, _ = provision.connection(rest, stack)
    theirs = replace(connection, webhook_secret="whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAy")
    provision.webhooks_to(stack, theirs)

    # She sends this one over it, and says why.
    said = command(stack, key, "work", "send-elsewhere", work_item_id, "--connection", connection.connection_id,
                   "--reason", "The new bank takes over tonight.")  # fmt: skip
    assert connection.connection_id in said
    until(lambda: rest.send("GET", f"/v1/work-items/{work_item_id}").body["state"] == "WORK_ITEM_STATE_RESOLVED")

    # The same again is refused: the provider has it.
    body = {"connection_id": connection.connection_id, "reason": "again"}
    with pytest.raises(Refused) as refused:
        rest.send("POST", f"/v1/work-items/{work_item_id}:send-elsewhere", body, key="again")
    assert 409 == refused.value.status

    # What the vendor delivers is refused. She looks what reading it again would change: nothing, as long as it is not
    # genuine.
    until(lambda: refused_ones(rest))
    assert {"REPLAY_EFFECT_REFUSED"} == {each["effect"] for each in compared(rest, "before")[1]}

    # The colleague mends the secret. Now it would change something, and does so when she says so.
    credentials = {"api_key": "sk_mended_00000001", "webhook_secret": theirs.webhook_secret}
    rest.send("POST", f"/v1/connections/{connection.connection_id}:rotate-credentials", {"credentials": credentials},
              key="rotate")  # fmt: skip
    path, entries = compared(rest, "after")
    assert "REPLAY_EFFECT_REFUSED" not in {each["effect"] for each in entries}
    rest.send("POST", f"{path}:run", {}, key="run")
    until(lambda: rest.send("GET", path).body["state"] == "REPLAY_STATE_DONE")
    until(lambda: rest.send("GET", f"/v1/payouts/{payout_id}").body["state"] == "PAYOUT_STATE_SETTLED", seconds=60)
    assert "done" in command(stack, key, "replay", "show", path.rpartition("/")[2])


def refused_ones(rest: Rest) -> list[Any]:
    """What came in and was refused."""
    listed = rest.send("GET", "/v1/inbound-deliveries?state=INBOUND_DELIVERY_STATE_REFUSED").body
    return list(listed.get("inbound_deliveries", []))


def compared(rest: Rest, key: str) -> tuple[str, list[Any]]:
    """Where a replay of what was refused is, and its entries once they show what they would change."""
    body = {"selection": {"inbound_deliveries": {}}, "reason": "the secret was wrong"}
    path = f"/v1/replays/{rest.send('POST', '/v1/replays', body, key=key).body['replay_id']}"
    until(lambda: rest.send("GET", path).body["state"] == "REPLAY_STATE_READY")
    return path, rest.send("GET", f"{path}/entries").body["entries"]
