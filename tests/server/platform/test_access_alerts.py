"""Last uses and alerts: what is learned from the use of a key, and who hears of it."""

from collections.abc import Sequence

import pytest

from corridor.access.v1 import security_alert_pb2 as alerts_pb2
from corridor.access.v1 import security_alert_service_pb2 as api
from corridor.access.v1.security_alert_pb2 import SecurityAlert, SecurityAlertRaised
from corridor.events.v1 import event_service_pb2
from corridor.payouts.v1 import payout_service_pb2 as payouts
from server.platform.access import alerts
from tests.server import people
from tests.server.platform.api_keys import LIST, SERVICE, change, make, rotate
from tests.serving import SANDBOX, Client, Refused, Running, until


def use(corridor: Running, secret: str) -> None:
    """Use a key, and let what is learned from it be written."""
    client = Client(corridor.address, secret)
    try:
        client.call("PayoutService/ListPayouts", payouts.ListPayoutsRequest())
    except Refused:
        pass
    finally:
        client.close()
    corridor.parts.key_uses.flush()


def raised(client: Client, **filters: str) -> Sequence[SecurityAlert]:
    """The company's alerts, the newest first."""
    request = api.ListSecurityAlertsRequest(**filters)
    found: Sequence[SecurityAlert] = client.call("SecurityAlertService/ListSecurityAlerts", request).security_alerts
    return found


def aged(corridor: Running, client: Client, api_key_id: str, days: int) -> None:
    """Let a key's last use be so long ago."""
    with people.rows(corridor, client) as rows:
        query = "UPDATE corridor.api_keys SET last_use_time = now() - make_interval(days => %s) WHERE api_key_id = %s"
        rows.execute(query, (days, api_key_id))


def test_the_last_use_is_kept_with_its_address(corridor: Running) -> None:
    client = corridor.client()
    made = make(client, scopes=["payouts:read"])
    assert not made.api_key.HasField("last_use_time")

    use(corridor, made.secret)

    key = client.call(f"{SERVICE}/ListApiKeys", LIST).api_keys[0]
    assert made.api_key.api_key_id == key.api_key_id
    assert key.last_use_time.seconds >= made.api_key.create_time.seconds
    assert key.last_use_address in {"127.0.0.1", "::1"}


def test_the_last_use_is_written_without_being_asked(corridor: Running) -> None:
    client = corridor.client()
    made = make(client, scopes=["payouts:read"])

    Client(corridor.address, made.secret).call("PayoutService/ListPayouts", payouts.ListPayoutsRequest())

    until(lambda: client.call(f"{SERVICE}/ListApiKeys", LIST).api_keys[0].HasField("last_use_time"))


def test_a_busy_key_is_written_once_a_minute(corridor: Running) -> None:
    client = corridor.client()
    made = make(client, scopes=["payouts:read"])
    use(corridor, made.secret)
    before = client.call(f"{SERVICE}/ListApiKeys", LIST).api_keys[0].last_use_time

    Client(corridor.address, made.secret).call("PayoutService/ListPayouts", payouts.ListPayoutsRequest())
    corridor.parts.key_uses.flush(everything=False)
    assert before == client.call(f"{SERVICE}/ListApiKeys", LIST).api_keys[0].last_use_time

    corridor.parts.key_uses.flush()
    assert before != client.call(f"{SERVICE}/ListApiKeys", LIST).api_keys[0].last_use_time


def test_the_use_of_a_revoked_key_raises_an_alert(corridor: Running) -> None:
    client = corridor.client()
    made = make(client)
    change(client, "Revoke", made.api_key.api_key_id)
    assert not raised(client)

    use(corridor, made.secret)

    (alert,) = raised(client)
    assert alerts_pb2.SECURITY_ALERT_KIND_REVOKED_CREDENTIAL_USED == alert.kind
    assert made.api_key.api_key_id == alert.credential_id
    assert alert.client_address in {"127.0.0.1", "::1"}


def test_an_alert_is_an_event(corridor: Running) -> None:
    client = corridor.client()
    made = make(client)
    change(client, "Revoke", made.api_key.api_key_id)
    use(corridor, made.secret)

    found = client.call("EventService/ListEvents", event_service_pb2.ListEventsRequest()).events

    assert ["security_alert.raised"] == [event.type for event in found]
    data = SecurityAlertRaised()
    assert found[0].data.Unpack(data)
    assert raised(client)[0] == data.security_alert


def test_the_use_of_a_replaced_key_after_the_overlap_raises_an_alert(corridor: Running) -> None:
    client = corridor.client()
    made = make(client)
    rotate(client, made.api_key.api_key_id, hours=0)

    use(corridor, made.secret)

    assert [alerts_pb2.SECURITY_ALERT_KIND_ROTATED_CREDENTIAL_USED] == [alert.kind for alert in raised(client)]


def test_a_replaced_key_raises_nothing_during_the_overlap(corridor: Running) -> None:
    client = corridor.client()
    made = make(client)
    rotate(client, made.api_key.api_key_id, hours=1)

    use(corridor, made.secret)

    assert not raised(client)


def test_a_forger_raises_nothing(corridor: Running) -> None:
    client = corridor.client()
    made = make(client)
    change(client, "Revoke", made.api_key.api_key_id)

    use(corridor, f"{made.api_key.prefix}_{'0' * 52}")

    assert not raised(client)


@pytest.mark.parametrize(("days", "expected"), [(89, 0), (91, 1)])
def test_sudden_use_after_long_silence_raises_an_alert(corridor: Running, days: int, expected: int) -> None:
    client = corridor.client()
    made = make(client, scopes=["payouts:read"])
    aged(corridor, client, made.api_key.api_key_id, days)

    use(corridor, made.secret)

    found = raised(client, credential_id=made.api_key.api_key_id)
    assert [alerts_pb2.SECURITY_ALERT_KIND_USED_AFTER_SILENCE] * expected == [alert.kind for alert in found]


def test_one_alert_an_hour_for_a_credential_and_kind(corridor: Running) -> None:
    store, client = corridor.parts.store, corridor.client()
    company_id = people.company_of(corridor, client)
    kind = alerts_pb2.SECURITY_ALERT_KIND_REVOKED_CREDENTIAL_USED

    def alert(credential_id: str) -> str:
        return alerts.raise_alert(store, company_id, SANDBOX, kind, credential_id, "Seen.")

    assert alert("key_a")
    assert not alert("key_a")
    assert alert("key_b")
    with people.rows(corridor, client) as rows:
        rows.execute("SET ROLE NONE")  # only the owner may move an alert in time
        rows.execute("UPDATE corridor.security_alerts SET create_time = now() - interval '61 minutes'")
        rows.execute("SET ROLE corridor_app")
    assert alert("key_a")


def test_alerts_are_of_one_company_alone(corridor: Running) -> None:
    client = corridor.client()
    made = make(client)
    change(client, "Revoke", made.api_key.api_key_id)
    use(corridor, made.secret)

    assert raised(client)
    assert not raised(corridor.client())
