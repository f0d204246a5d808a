"""Conditions of reads: which of them know the state, and that none costs the gateway its time."""

import time

import pytest

from gateway import etags

TAG = "0123456789abcdef"


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        (b'"0123456789abcdef"', True),
        (b'W/"0123456789abcdef"', True),
        (b'"other", W/"0123456789abcdef"', True),
        (b'"other" ,\t"0123456789abcdef"', True),
        (b" * ", True),
        (b'"other"', False),
        (b"0123456789abcdef", False),
        (b'"0123456789abcdef', False),
        (b"", False),
    ],
)
def test_a_condition_knows_the_states_that_it_names(condition: bytes, known: bool) -> None:
    assert known is etags.is_known(TAG, condition)


@pytest.mark.parametrize("begins", [b"x", b'"a"', b'"', b"W/"], ids=ascii)
@pytest.mark.parametrize("goes_on", [b" ", b'"', b'"a'], ids=ascii)
def test_a_condition_as_long_as_a_head_may_be_is_read_at_once(begins: bytes, goes_on: bytes) -> None:
    began = time.process_time()

    etags.is_known(TAG, begins + 16_000 // len(goes_on) * goes_on + b"x")

    assert 0.5 > time.process_time() - began  # a pattern that looks back takes 15 seconds
