"""The way back from the sandbox's challenge: only into the web, in ASCII, and before a fragment."""

import pytest

from adapters.sandbox.challenge import may_return, returning

BROUGHT = {"payment": "py_1", "result": "chr_1"}


@pytest.mark.parametrize(
    ("url", "back"),
    [
        ("https://shop.example/back", "https://shop.example/back?payment=py_1&result=chr_1"),
        ("https://shop.example?a=1&b=%20", "https://shop.example?a=1&b=%20&payment=py_1&result=chr_1"),
        ("https://shop.example/#/basket", "https://shop.example/?payment=py_1&result=chr_1#/basket"),
        ("https://例え.jp/é", "https://xn--r8jz45g.jp/%C3%A9?payment=py_1&result=chr_1"),
    ],
)
def test_what_is_brought_back_stands_in_the_query(url: str, back: str) -> None:
    assert may_return(url)
    assert back == returning(url, BROUGHT)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/back", "https://", "https://a@evil.example/",
     "https://shop.example/\r\nSet-Cookie: a=b", "https://shop.example/ x", 7, {"a": 1}, "https://[::1", "https://.é/"],
)  # fmt: skip
def test_nobody_is_sent_anywhere_else(url: object) -> None:
    assert not may_return(url)
