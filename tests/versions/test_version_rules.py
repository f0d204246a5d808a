"""What a further version may declare, and in which version events are told. Nothing is installed here."""

from typing import Any

import pytest

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.events.v1.event_pb2 import Event
from corridor.payouts.v1.payout_event_pb2 import PayoutFailed, PayoutSettled
from corridor.payouts.v1.payout_pb2 import Payout
from server.interceptors.versions import Versions
from server.kit import context as contexts
from server.kit import contract, versions
from server.kit.context import Context
from server.kit.contract import Method
from server.kit.errors import Failure, Violation
from server.kit.versions import Translation, Version, VersionError
from server.platform.events.payloads import Payloads

SERVICE = "/corridor.payouts.v1.PayoutService"


def same(message: Any) -> Any:
    return message


def by(path: str, **fields: str) -> Translation:
    return Translation(does=path, request=same, response=same, fields=fields)


def test_the_number_of_a_version_is_in_its_package_s_name() -> None:
    assert [2, 12, 0, 0] == [versions.number(f"corridor.x.{name}") for name in ("v2", "v12", "v0", "v2beta1")]


@pytest.mark.parametrize(
    ("path", "does"),
    [
        ("CancelPayout", "CreatePayout"),  # it takes a key where one is needed, and would come without one
        ("GetPayout", "CancelPayout"),  # it changes nothing by its policy, and something would be changed
        ("CreatePayout", "ReleasePayout"),  # who may create could release
        ("CreatePayout", "Nothing"),
    ],
)
def test_a_method_that_would_go_round_what_another_one_asks_for_does_not_start(path: str, does: str) -> None:
    with pytest.raises(VersionError):
        contract.check_versions(contract.methods(), {f"{SERVICE}/{path}": by(f"{SERVICE}/{does}")})


def test_a_method_that_asks_for_as_much_may_be_done_by_another() -> None:
    contract.check_versions(contract.methods(), {f"{SERVICE}/CreatePayout": by(f"{SERVICE}/RetryPayout")})


def settled(kind: str = "payout.settled", data: Any = None) -> Event:
    event = Event(event_id="evt_1", type=kind, payload_version="v1")
    event.data.Pack(data or PayoutSettled(payout=Payout(payout_id="po_1")))
    return event


def further(number: int, *kinds: str) -> Version:
    """A version whose data names it."""

    def told(data: Any) -> Any:
        return type(data)(payout=Payout(payout_id=f"{data.payout.payout_id} in v{number}"))

    return Version(package=f"corridor.payouts.v{number}", events=dict.fromkeys(kinds, told))


@pytest.mark.parametrize(
    ("kind", "data", "wanted", "expected"),
    [
        ("payout.settled", PayoutSettled, 1, ("v1", "po_1")),
        ("payout.settled", PayoutSettled, 2, ("v2", "po_1 in v2")),
        ("payout.settled", PayoutSettled, 3, ("v3", "po_1 in v3")),
        ("payout.failed", PayoutFailed, 3, ("v2", "po_1 in v2")),  # the newest one below
    ],
)
def test_an_event_is_told_in_the_version_that_is_wanted_or_in_the_newest_below(
    kind: str, data: Any, wanted: int, expected: tuple[str, str]
) -> None:
    payloads = Payloads([further(2, "payout.settled", "payout.failed"), further(3, "payout.settled")])

    told = payloads.rendered(settled(kind, data(payout=Payout(payout_id="po_1"))), wanted)
    message = data()
    assert told.data.Unpack(message)
    assert expected == (told.payload_version, message.payout.payout_id)
    assert ("evt_1", kind) == (told.event_id, told.type)


def test_a_version_that_this_process_does_not_know_is_not_replaced_by_another() -> None:
    payloads = Payloads([])

    assert 1 == payloads.newest
    with pytest.raises(LookupError, match="v2"):
        payloads.rendered(settled(), 2)
    with pytest.raises(Failure) as refused:
        payloads.wanted("v2")
    assert ["payload_version"] == [each.field for each in refused.value.violations]


def test_a_version_of_an_event_that_there_is_not_does_not_start() -> None:
    with pytest.raises(VersionError, match=r"payout\.gone"):
        Payloads([further(2, "payout.gone")])


def told(failure: Failure, **fields: str) -> Failure:
    """A failure of the method that does a call, as who called another version hears it."""
    method: Method = contract.methods()[f"{SERVICE}/GetPayout"]
    called = Versions(contract.methods(), {method.path: by(method.path, **fields)})

    def fails(*_: object) -> None:
        raise failure

    request = method.request(payout_id="po_" + "0" * 26)  # type: ignore[call-arg] # of the class that the method has
    with contexts.bound(Context("req-1", "corr-1", method=method)) as call, pytest.raises(Failure) as refused:
        called.intercept(fails, request, None, method.path)  # type: ignore[arg-type] # nothing looks at the transport
    assert (method, None) == (call.method, call.called)
    return refused.value


def test_a_refusal_names_fields_as_the_called_version_has_them() -> None:
    violations = [Violation(name, "is wrong") for name in ("amount.amount_minor", "amounts", "reference", "labels[1]")]
    failure = Failure(reasons.ERROR_REASON_INVALID_ARGUMENT, "Not valid: amount.amount_minor, amounts.", violations)

    found = told(failure, amount="arriving_amount", reference="statement.text", labels="tags").status()
    assert b"arriving_amount.amount_minor" in found.details[1].value
    assert b"statement.text" in found.details[1].value
    assert b"tags[1]" in found.details[1].value
    assert "Not valid: arriving_amount.amount_minor, amounts." == found.message


def test_a_refusal_without_fields_stays_as_it_is() -> None:
    failure = Failure(reasons.ERROR_REASON_NOT_FOUND, "There is no such payout.", metadata={"state": "gone"})

    assert failure.status() == told(failure, amount="arriving_amount").status()
