"""The page on which a customer authenticates at the sandbox: what an issuer's 3-D Secure challenge looks like to them.

Rule: it works without a script, by keyboard, and in every width; it says that nothing is real.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from adapters.kit.mapping import decimal_text
from adapters.kit.simulator import Answer

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors *",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}

_WEB = re.compile(r"https?://[^/?#@\s\x00-\x1f\x7f]+([/?#][^\s\x00-\x1f\x7f]*)?")
_AS_IT_IS = "%/:?#[]@!$&'()*+,;=~"  # RFC 3986, 2.2, and what is encoded already

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 28rem; margin: 10vh auto; padding: 0 1.5rem }
button { font: inherit; min-height: 2.75rem; padding: 0 1.25rem; margin: .5rem .5rem .5rem 0; cursor: pointer }
"""


def page(payment: Mapping[str, Any], *, open_still: bool) -> Answer:
    """The challenge of a payment, or that it is over."""
    if not open_still:
        return _answer("Nothing to do", "<p>This payment does not wait for you any more.</p>")
    amount = f"{decimal_text(payment['amount'], payment['currency'])} {payment['currency']}"
    return _answer(
        "Is this you?",
        f"<p>A test payment of <strong>{escape(amount)}</strong> needs to know that it is you. This is the sandbox: "
        "no bank is asked, and no money moves.</p>"
        '<form method="post">'
        '<button name="answer" value="pass">Approve the payment</button>'
        '<button name="answer" value="fail">Fail the check</button>'
        "</form>",
    )


def closing() -> Answer:
    """What a customer sees whose payment names no page to go back to."""
    return _answer("Thank you", "<p>You can close this window.</p>")


def may_return(url: object) -> bool:
    """Whether a payment may name this as where its customer comes back to; nothing is fine, too."""
    if not url:
        return True
    try:
        return isinstance(url, str) and bool(_WEB.fullmatch(url)) and bool(returning(url, {}))
    except ValueError:
        return False


def returning(url: str, brought: Mapping[str, str]) -> str:
    """Where the browser goes back to: the payment's own address, with what it brings there in the query."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(brought)) if part)
    # A header is ASCII: what browsers would write otherwise is written as they do.
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    path, query, fragment = (quote(part, safe=_AS_IT_IS) for part in (parts.path, query, parts.fragment))
    return urlunsplit((parts.scheme, host, path, query, fragment))


def _answer(heading: str, inside: str) -> Answer:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(heading)} – Corridor sandbox</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(heading)}</h1>{inside}</main></body></html>"
    )
    return Answer(200, text.encode(), HEADERS)
