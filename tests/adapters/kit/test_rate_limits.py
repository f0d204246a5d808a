"""What vendors' headers say of their rate limits, in each of the ways that are in use."""

import time
import tomllib
from collections.abc import Mapping
from email.utils import formatdate

import pytest

from adapters.kit import rate_limits
from adapters.kit.rate_limits import Limit, Names
from adapters.kit.tables import ManifestError, Table


def test_an_answer_without_a_word_of_limits_says_nothing() -> None:
    assert rate_limits.read(200, {"content-type": "application/json"}) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"ratelimit": '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=60'}, Limit(100, 50, 30, 60)),
        ({"ratelimit": '"default";r=50;t=30'}, Limit(None, 50, 30, None)),
        ({"ratelimit": "limit=100, remaining=50, reset=30", "ratelimit-policy": "100;w=60"}, Limit(100, 50, 30, 60)),
        ({"ratelimit-limit": "100", "ratelimit-remaining": "50", "ratelimit-reset": "30"}, Limit(100, 50, 30, None)),
        (
            {
                "ratelimit-limit": "100, 100;w=60",
                "ratelimit-remaining": "50",
                "ratelimit-reset": "30",
                "ratelimit-policy": "100;w=60, 1000;w=3600",
            },
            Limit(100, 50, 30, 60),
        ),
        (
            {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "50", "x-ratelimit-reset": "30"},
            Limit(100, 50, 30, None),
        ),
        ({"x-rate-limit-limit": "150", "x-rate-limit-remaining": "50"}, Limit(150, 50, None, None)),
    ],
)
def test_each_way_of_telling_is_understood(headers: Mapping[str, str], expected: Limit) -> None:
    assert expected == rate_limits.read(200, headers)


def test_of_several_policies_the_one_binds_that_has_the_fewest_calls_left() -> None:
    headers = {
        "ratelimit": '"burst";r=8;t=1, "daily";r=3;t=3600',
        "ratelimit-policy": '"burst";q=10;w=1, "daily";q=1000;w=86400',
    }

    assert Limit(1000, 3, 3600, 86400) == rate_limits.read(200, headers)


def test_a_quota_of_something_other_than_requests_is_not_counted_in_calls() -> None:
    headers = {"ratelimit": '"bytes";r=0;t=9', "ratelimit-policy": '"bytes";q=65535;qu="content-bytes";w=10'}

    assert rate_limits.read(200, headers) is None


@pytest.mark.parametrize("unit", [1, 1000])
def test_a_reset_as_a_time_is_measured_by_the_vendors_own_clock(unit: int) -> None:
    theirs = int(time.time()) - 10_000  # a clock that stands far behind
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str((theirs + 30) * unit),
        "date": formatdate(theirs, usegmt=True),
    }

    assert Limit(None, 0, 30, None) == rate_limits.read(200, headers)


@pytest.mark.parametrize(("status", "refused"), [(429, True), (503, False)])
def test_a_refusal_says_when_to_come_back_and_being_out_of_order_does_not(status: int, refused: bool) -> None:
    found = rate_limits.read(status, {"retry-after": "7"})

    assert (Limit(retry_after_seconds=7.0, refused=True) if refused else None) == found


@pytest.mark.parametrize(
    "headers",
    [
        {"ratelimit": '"default";r=many'},
        {"ratelimit": '"default";r=-1'},
        {"x-ratelimit-remaining": "soon"},
        {"x-ratelimit-remaining": "-5"},
        {"x-ratelimit-limit": "100"},
    ],
)
def test_what_cannot_be_read_says_nothing(headers: Mapping[str, str]) -> None:
    assert rate_limits.read(200, headers) is None


def test_a_vendors_own_headers_are_read_as_its_manifest_says() -> None:
    names = Names(remaining="x-requests-remaining", window_seconds=1.0)

    assert Limit(None, 4, None, 1.0) == rate_limits.read(200, {"x-requests-remaining": "4"}, names)


def test_a_reset_in_milliseconds_is_read_where_the_manifest_says_so() -> None:
    names = Names(remaining="x-left", reset="x-reset-in", reset_unit="milliseconds")

    assert Limit(None, 4, 0.6, None) == rate_limits.read(200, {"x-left": "4", "x-reset-in": "600"}, names)


def test_only_headers_that_tell_of_limits_can_be_named_in_a_manifest() -> None:
    for name in ("authorization", "set-cookie", "x-api-key", "X-Requests-Remaining"):
        with pytest.raises(ManifestError):
            rate_limits.names(Table(tomllib.loads(f'remaining = "{name}"'), "provider.toml"))


def test_headers_without_one_that_tells_what_is_left_are_refused() -> None:
    with pytest.raises(ManifestError, match="remaining"):
        rate_limits.names(Table({"limit": "x-calls-limit"}, "provider.toml"))


@pytest.mark.parametrize("told", ["4294967295", "9223372036854775807", "9" * 250])
def test_more_calls_than_anybody_makes_are_as_many_as_can_be_counted(told: str) -> None:
    found = rate_limits.read(200, {"x-ratelimit-limit": told, "x-ratelimit-remaining": told})

    assert Limit(1_000_000_000, 1_000_000_000) == found


@pytest.mark.parametrize("window", ["-60", "0"])
def test_a_window_that_lasts_no_time_is_none(window: str) -> None:
    headers = {"ratelimit": '"default";r=5;t=9', "ratelimit-policy": f'"default";q=10;w={window}'}

    assert Limit(10, 5, 9, None) == rate_limits.read(200, headers)


def test_a_window_lasts_no_longer_than_a_month() -> None:
    headers = {"ratelimit": '"default";r=5;t=9', "ratelimit-policy": '"default";q=10;w=999999999999999'}

    assert Limit(10, 5, 9, 31 * 86_400) == rate_limits.read(200, headers)
