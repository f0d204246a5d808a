"""What goes by the company's clock: consents, approvals, deliveries, spending, authorisations; and what does not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from corridor.access.v1 import api_key_service_pb2 as keys
from corridor.access.v1 import consent_pb2
from corridor.approvals.v1 import approval_pb2
from corridor.events.v1 import event_service_pb2
from corridor.payments.v1 import payment_service_pb2 as payments_api
from corridor.payments.v1.payment_pb2 import CAPTURE_METHOD_MANUAL, Payment, PaymentState
from corridor.payouts.v1 import payout_service_pb2 as payouts_api
from corridor.payouts.v1.payout_settings_pb2 import PayoutSettings
from corridor.payouts.v1.spending_limit_pb2 import SPENDING_SUBJECT_COMPANY, SpendingLimit
from corridor.webhooks.v1 import endpoint_service_pb2
from server.kit import ids
from server.store import work
from server.store.work import Again
from tests.server import people
from tests.server.approvals.office import Office, rule
from tests.server.consents import given
from tests.server.sandbox.sandbox_scene import DAY, Scene, advance, eventually, pay
from tests.server.webhooks.receiver import Receiver, Reply, receiver
from tests.serving import SANDBOX, Client


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """An endpoint of the company."""
    with receiver() as found:
        yield found


def expiring(client: Client, days: int) -> consent_pb2.Consent:
    """A consent that ends after some days."""
    request = given.request()
    request.expire_time.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    made: consent_pb2.Consent = client.call("ConsentService/GrantConsent", request, key=people.new_key()).consent
    return made


def test_a_consent_expires_when_its_days_are_over(sandbox: Scene) -> None:
    client = sandbox.client()
    consent = expiring(client, 90)

    advance(client, 91 * DAY)

    eventually(lambda: given.now(client, consent).state == consent_pb2.CONSENT_STATE_EXPIRED, "expired")


def test_nothing_rests_on_a_consent_that_is_over_by_the_company_s_clock(sandbox: Scene) -> None:
    client = sandbox.client()
    consent, to = expiring(client, 90), people.beneficiary(client)

    advance(client, 91 * DAY)
    request = people.create(to, consent_id=consent.consent_id)

    assert "CONSENT_NOT_ACTIVE" == people.refused(client, "PayoutService/CreatePayout", request, key="late").reason


def test_an_approval_expires_when_its_days_are_over(sandbox: Scene) -> None:
    office = Office(sandbox.corridor)
    office.put(rule())
    asked = office.asked(office.payout(), key=people.new_key())

    advance(office.maker, 31 * DAY)

    assert approval_pb2.APPROVAL_STATE_EXPIRED == office.reaches(asked, approval_pb2.APPROVAL_STATE_EXPIRED).state
    office.close()


def test_a_failed_delivery_is_tried_again_when_its_time_has_come(sandbox: Scene, hook: Receiver) -> None:
    client = sandbox.client()
    hook.script = [Reply(500), Reply(500)]
    request = endpoint_service_pb2.CreateWebhookEndpointRequest(url=hook.url, event_types=["payout.accepted"])
    client.call("WebhookEndpointService/CreateWebhookEndpoint", request, key=people.new_key())
    pay(client)
    eventually(lambda: len(hook.received) == 1, "first try")

    advance(client, 600)  # the second try is due after 5 seconds, the third a minute later
    eventually(lambda: len(hook.received) == 2, "second try")
    advance(client, 600)

    eventually(lambda: len(hook.received) == 3, "third try")


def test_what_was_spent_counts_for_its_window_of_the_company_s_time(sandbox: Scene) -> None:
    client = sandbox.client()
    limit = SpendingLimit(
        name="daily", currency_code="EUR", window_seconds=DAY, per=SPENDING_SUBJECT_COMPANY, max_amount_minor=20_00
    )
    settings = payouts_api.UpdatePayoutSettingsRequest(settings=PayoutSettings(spending_limits=[limit]))
    client.call("PayoutService/UpdatePayoutSettings", settings)
    to = people.beneficiary(client)
    people.payout(client, to, 12_50)

    advance(client, DAY // 2)
    assert "SPENDING_LIMIT_REACHED" == refusal(client, to, 12_50)
    advance(client, DAY // 2)

    people.payout(client, to, 12_50)
    assert "SPENDING_LIMIT_REACHED" == refusal(client, to, 12_50)


def test_an_authorisation_expires_after_its_days(sandbox: Scene) -> None:
    client = sandbox.client()
    payment = people.payment(client, capture_method=CAPTURE_METHOD_MANUAL)
    eventually(lambda: paid(client, payment).state == PaymentState.PAYMENT_STATE_AUTHORISED, "authorised")

    advance(client, 8 * DAY)

    eventually(lambda: paid(client, payment).state == PaymentState.PAYMENT_STATE_EXPIRED, "expired")


def test_keys_do_not_age_by_the_company_s_clock(sandbox: Scene) -> None:
    company_id = sandbox.corridor.company()
    client = sandbox.corridor.client(company_id)
    request = keys.CreateApiKeyRequest(title="short", scopes=["payouts:read"])
    request.expire_time.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    made = client.call("ApiKeyService/CreateApiKey", request, key="k")

    advance(client, 30 * DAY)

    short = Client(sandbox.corridor.address, made.secret)
    short.call("PayoutService/ListPayouts", payouts_api.ListPayoutsRequest())
    short.close()


def test_events_tell_when_they_really_happened(sandbox: Scene) -> None:
    client = sandbox.client()
    advance(client, 30 * DAY)
    payout = pay(client)

    listed = client.call(
        "EventService/ListEvents", event_service_pb2.ListEventsRequest(resource_id=payout.payout_id)
    ).events

    assert datetime.now(UTC) - listed[-1].create_time.ToDatetime(UTC) < timedelta(minutes=1)
    assert timedelta(days=29) < payout.create_time.ToDatetime(UTC) - datetime.now(UTC)


def test_work_that_a_worker_holds_comes_again_so_much_sooner(sandbox: Scene) -> None:
    company_id, lane = sandbox.corridor.company(), ids.new("po")
    client, store = sandbox.corridor.client(company_id), sandbox.corridor.parts.store
    with store.anyone() as connection:
        work.schedule(connection, company_id, SANDBOX, kind="test.held", lane=lane, resource_id=lane)
        job = next(job for job in work.claim(connection, ["test.held"], 10, 60.0) if job.lane == lane)

    advance(client, 2 * DAY)
    with store.anyone() as connection:
        assert [] == [each for each in work.claim(connection, ["test.held"], 10, 60.0) if each.lane == lane]
        work.finish(connection, job, Again(2 * DAY))

        assert lane in [each.lane for each in work.claim(connection, ["test.held"], 10, 60.0)]


def refusal(client: Client, to: str, minor: int) -> str:
    """Why a payout is refused."""
    request = people.create(to, minor)
    return people.refused(client, "PayoutService/CreatePayout", request, key=people.new_key()).reason


def paid(client: Client, payment: Payment) -> Payment:
    """A payment as it is now."""
    request = payments_api.GetPaymentRequest(payment_id=payment.payment_id)
    found: Payment = client.call("PaymentService/GetPayment", request).payment
    return found
