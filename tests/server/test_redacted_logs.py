"""What logs and webhooks show: no secret, no account number, no word of a foreign exception."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import structlog
from google.protobuf.any_pb2 import Any as AnyMessage

from corridor.events.v1.event_pb2 import Event
from corridor.payouts.v1.payout_event_pb2 import PayoutSettled
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.type.v1.party_pb2 import Party, Person
from server.kit import context as contexts
from server.kit import logs, redaction
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.kit.redaction import HIDDEN, masked
from server.platform.webhooks.deliver import body_of
from server.store.embedded import Embedded
from server.store.seals import SealError
from tests.database import fresh_database, worker
from tests.server.people import IBAN, euro_account

API_KEY = "ck_test_0123456789abcdef_" + "k" * 52


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Where log lines go."""
    captured = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", captured)
        logs.configure("debug")
    structlog.configure(cache_logger_on_first_use=False)
    yield captured
    structlog.reset_defaults()


def logged(lines: io.StringIO) -> dict[str, Any]:
    """The last line."""
    found: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (API_KEY, f"ck_test_0123456789abcdef{HIDDEN}"),
        ("Authorization: Bearer abcdefgh12345678", f"Authorization: Bearer {HIDDEN}"),
        ("dpop eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", f"dpop {HIDDEN}"),
        ("paid to DE89370400440532013000 today", f"paid to {HIDDEN} today"),
        ("paid to DE89 3704 0044 0532 0130 00 today", f"paid to {HIDDEN} today"),
        ("card 4111 1111 1111 1111.", f"card {HIDDEN}."),
        ("card 4111111111111112", "card 4111111111111112"),  # no card: the check digit is wrong
        ("ssn 123-45-6789", f"ssn {HIDDEN}"),
        ("secret whsec_QUJDQUJDQUJD", f"secret {HIDDEN}"),
        ("po_01m7ygs7qcev39gh4qs4vqrjhp took 12 ms", "po_01m7ygs7qcev39gh4qs4vqrjhp took 12 ms"),
    ],
)
def test_a_text_loses_what_looks_like_a_secret_or_an_account(text: str, shown: str) -> None:
    assert shown == redaction.text(text)


@pytest.mark.parametrize("name", ["password", "client_secret", "authorization", "access_token", "iban", "credentials"])
def test_a_value_is_hidden_by_its_name(name: str, lines: io.StringIO) -> None:
    structlog.get_logger().info("tried", **{name: "abc"})

    assert HIDDEN == logged(lines)[name]


def test_a_message_is_redacted_in_a_log_line(lines: io.StringIO) -> None:
    structlog.get_logger().info(
        "made", account=euro_account(), nested={"party": [Person(given_name="Ada")]}, raw=b"Ada"
    )

    assert "Ada" not in lines.getvalue()
    assert {"currency_code": "EUR", "iban": {"iban": HIDDEN + IBAN[-4:]}} == logged(lines)["account"]


def test_of_a_foreign_exception_only_the_kind_and_the_place_are_logged(lines: io.StringIO) -> None:
    try:
        try:
            raise KeyError("canary-4711")
        except KeyError as error:
            raise ValueError("canary-4712") from error
    except ValueError:
        structlog.get_logger().exception("broke")

    said = logged(lines)["exception"]
    assert "canary-47" not in said.replace('KeyError("canary-4711")', "").replace('ValueError("canary-4712")', "")
    assert said.index("ValueError") < said.index("caused by") < said.rindex("KeyError")
    assert "test_redacted_logs.py" in said


def test_what_our_own_exceptions_say_is_logged(lines: io.StringIO) -> None:
    try:
        raise SealError("data key 7 of co_1 is destroyed.")
    except SealError:
        structlog.get_logger().exception("broke")

    assert "SealError: data key 7 of co_1 is destroyed." in logged(lines)["exception"]


def test_a_row_that_postgresql_quotes_is_not_logged(lines: io.StringIO, postgres: Embedded) -> None:
    with psycopg.connect(fresh_database(postgres, f"quoting_{worker()}"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a text CONSTRAINT a_once UNIQUE)")
        try:
            for _ in range(2):
                connection.execute("INSERT INTO t VALUES (%s)", ("canary-4713",))
        except psycopg.errors.UniqueViolation:
            structlog.get_logger().exception("broke")

    assert "UniqueViolation (23505, a_once)" in logged(lines)["exception"]
    assert "(canary-4713)" not in lines.getvalue()


def test_a_library_that_logs_is_named_and_not_quoted(lines: io.StringIO) -> None:
    logging.getLogger("some.library").error("sent %s", "canary-4714")

    assert ("library", "some.library") == (logged(lines)["event"], logged(lines)["library"])
    assert "canary" not in lines.getvalue()


def test_a_webhook_masks_what_is_sensitive_and_keeps_the_rest() -> None:
    payout = Payout(payout_id="po_1", reference="Rent for Ada", metadata={"who": "Ada"}, revision=3)
    payout.amount.currency_code, payout.amount.amount_minor = "EUR", 1250
    event = Event(event_id="evt_1", type="payout.settled", resource_id="po_1")
    event.data.Pack(PayoutSettled(payout=payout))

    shown = json.loads(body_of(event))["data"]["payout"]

    assert ("po_1", HIDDEN, {}, "3") == (shown["payout_id"], shown["reference"], shown["metadata"], shown["revision"])
    assert {"currency_code": "EUR", "amount_minor": "1250"} == shown["amount"]
    assert b"Ada" in event.data.value  # the event itself is as it was


def test_masking_keeps_last_fours_and_drops_data_of_unknown_types() -> None:
    assert HIDDEN + IBAN[-4:] == masked(euro_account()).iban.iban
    assert AnyMessage() == masked(AnyMessage(type_url="type.googleapis.com/other.Thing", value=b"Ada"))
    assert HIDDEN == masked(Party(person=Person(given_name="Ada"))).person.given_name


def test_a_failure_does_not_quote_what_the_request_says() -> None:
    request = Payout(reference="canary-4715", metadata={"canary-4716": "x"}, payout_id="po_01m7ygs7qcev39gh4qs4vqrjhp")
    with contexts.bound(Context("req", "corr", request=request)):
        failure: Failure = fail(
            1,  # type: ignore[arg-type] # any reason
            "There is no canary-4715 of po_01m7ygs7qcev39gh4qs4vqrjhp.",
            violations=[Violation("metadata.canary-4716", "canary-4715 is not known")],
            what="canary-4715",
        )

    assert f"There is no {HIDDEN} of po_01m7ygs7qcev39gh4qs4vqrjhp." == failure.detail
    assert (f"metadata.{HIDDEN}", f"{HIDDEN} is not known") == (
        failure.violations[0].field,
        failure.violations[0].description,
    )
    assert {"what": HIDDEN} == failure.metadata
