"""The sandbox's grants: issued, shown, and revoked as RFC 7009 says."""

from collections.abc import Iterator

import pytest

from adapters.kit.call import Call, Http
from adapters.kit.discovery import providers
from adapters.kit.errors import Misconfigured
from adapters.kit.ports import Grants
from adapters.kit.simulator import Simulator

_KEY = {"api_key": "sk_sandbox_grants"}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A sandbox of its own."""
    with providers()["sandbox"].simulator() as made:
        yield made


def call(simulator: Simulator, credentials: dict[str, str] = _KEY) -> Call:
    """A call to the sandbox."""
    return Call(
        http=Http(), base_url=simulator.url, credentials=credentials, environment="sandbox", idempotency_key="pgr_1",
        deadline_seconds=5.0, correlation_id="c", request_id="r", traceparent="", operation="revoke_grant",
    )  # fmt: skip


def issued(simulator: Simulator) -> dict[str, str]:
    """A new grant."""
    headers = {"Authorization": f"Bearer {_KEY['api_key']}"}
    grant: dict[str, str] = call(simulator).send("POST", "/v1/grants", writes=True, headers=headers)
    return grant


def status(simulator: Simulator, grant: dict[str, str]) -> str:
    """Where a grant stands."""
    headers = {"Authorization": f"Bearer {_KEY['api_key']}"}
    return str(call(simulator).send("GET", f"/v1/grants/{grant['id']}", writes=False, headers=headers)["status"])


def adapter() -> Grants:
    """The sandbox's adapter."""
    found = providers()["sandbox"]
    assert found.implements(Grants)
    made: Grants = found.adapter
    return made


def test_a_revoked_token_stays_revoked_however_often_it_is_asked_for(simulator: Simulator) -> None:
    grant = issued(simulator)
    assert "active" == status(simulator, grant)

    for _ in range(2):
        adapter().revoke_grant(call(simulator), grant["token"])

    assert "revoked" == status(simulator, grant)


def test_a_token_that_nobody_knows_is_answered_alike_rfc_7009_2_2(simulator: Simulator) -> None:
    adapter().revoke_grant(call(simulator), "unknown")


def test_another_accounts_token_is_left_alone(simulator: Simulator) -> None:
    grant = issued(simulator)

    adapter().revoke_grant(call(simulator, {"api_key": "sk_sandbox_other"}), grant["token"])

    assert "active" == status(simulator, grant)


def test_refused_credentials_are_about_us(simulator: Simulator) -> None:
    with pytest.raises(Misconfigured):
        adapter().revoke_grant(call(simulator, {"api_key": "revoked"}), "token")


def test_the_token_is_not_kept_in_the_exchange(simulator: Simulator) -> None:
    made = call(simulator)

    adapter().revoke_grant(made, "canary-token")

    assert made.exchanges
    assert "canary" not in repr(made.exchanges)
