"""HTTP as browsers speak it: what a request says, and answers that a page or a redirect leave as.

Every answer is kept by no cache, framed by no page, and runs no script.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from corridor.type.v1.raw_response_pb2 import RawResponse

_FIELDS_AT_MOST = 100
_COOKIES_AT_MOST = 50
_SOURCE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")  # what a host-source of CSP can be (CSP 3, 2.3.1)
_COOKIE = "corridor-"
_SIGN_INS_AT_ONCE = 8
SUFFIX_CHARACTERS = 12  # of an id, in the name of a sign-in's cookie


class Unreadable(Exception):  # noqa: N818 - what the request was
    """The request is not one that a browser sends: its parameters do not parse, or come twice."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says. Values come from outside and are only ever compared, looked up, or shown escaped."""

    query: dict[str, str] = field(repr=False)
    form: dict[str, str] = field(repr=False)
    chosen: tuple[str, ...]  # the values of `scope`, the one parameter that comes several times
    cookies: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def cookie(self, name: str) -> str:
        """The value of one of our cookies; empty if it was not sent, or was sent twice."""
        return self.cookies.get(name, "")


def asked(raw: RawRequest, *, form: bool = False) -> Asked:
    """Take a request apart. Raises `Unreadable`."""
    fields, chosen = _parameters(raw.body.decode("latin-1") if form else "")
    query, _ = _parameters(raw.query)
    headers = {header.name.lower(): header.value.decode("latin-1") for header in raw.headers}
    return Asked(query, fields, tuple(chosen), cookies_of(raw), headers)


def cookies_of(raw: RawRequest) -> dict[str, str]:
    """The cookies of a request; one that comes twice is empty."""
    texts = [header.value.decode("latin-1") for header in raw.headers if header.name.lower() == "cookie"]
    found: dict[str, str] = {}
    for part in "; ".join(texts).split(";", _COOKIES_AT_MOST):
        name, _, value = part.strip().partition("=")
        # A second cookie of the same name was set by somebody else, such as for another path: neither is believed.
        found[name] = "" if name in found else value
    return found


def _parameters(text: str) -> tuple[dict[str, str], list[str]]:
    """The parameters of a query or form. None comes twice (RFC 6749, 3.1), but the ticked scopes of a form."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_AT_MOST, errors="strict")
    except ValueError:
        raise Unreadable from None
    chosen = [value for name, value in pairs if name == "scope"]
    rest = [pair for pair in pairs if pair[0] != "scope"]
    if len({name for name, _ in rest}) < len(rest) or any("\x00" in value for _, value in pairs):
        raise Unreadable
    return dict(rest), chosen


@dataclass(frozen=True, slots=True)
class Cookies:
    """How our cookies are named and set: bound to the host where there is TLS, unseen by scripts, for a short time."""

    secure: bool

    def crowd(self, sent: Mapping[str, str]) -> list[RawHeader]:
        """What ends the cookies of older sign-ins, once there are so many that requests could become too large."""
        ours = re.compile(re.escape(self.name("")) + f"([0-9a-z]{{{SUFFIX_CHARACTERS}}})")
        found = [match[1] for name in sent if (match := ours.fullmatch(name))]
        return [self.clear(suffix) for suffix in found] if len(found) >= _SIGN_INS_AT_ONCE else []

    def name(self, suffix: str) -> str:
        """The name of a cookie. The prefix makes browsers refuse one that another host set (RFC 6265bis, 4.1.3.2)."""
        return ("__Host-" if self.secure else "") + _COOKIE + suffix

    def set(self, suffix: str, value: str, seconds: int) -> RawHeader:
        """The header field that sets a cookie. Lax, because the browser comes back from another site."""
        text = f"{self.name(suffix)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"
        return RawHeader(name="set-cookie", value=(text + ("; Secure" if self.secure else "")).encode())

    def clear(self, suffix: str) -> RawHeader:
        """The header field that ends a cookie."""
        return self.set(suffix, "", 0)


def redirect(url: str, cookies: Iterable[RawHeader] = ()) -> RawResponse:
    """Send the browser on with GET, whatever it came by (RFC 9700, 4.12)."""
    return RawResponse(
        status=303,
        headers=[RawHeader(name="location", value=url.encode("ascii")), *_safe("'none'", ""), *cookies],
    )


def page(
    html: str, *, style_source: str, status: int = 200, form_action: str = "'none'", cookies: Sequence[RawHeader] = ()
) -> RawResponse:
    """A page. `form_action` says where its forms may lead, redirects included."""
    content_type = RawHeader(name="content-type", value=b"text/html; charset=utf-8")
    headers = [content_type, *_safe(form_action, style_source), *cookies]
    return RawResponse(status=status, headers=headers, body=html.encode())


def json(body: bytes, status: int = 200) -> RawResponse:
    """A JSON document."""
    content_type = RawHeader(name="content-type", value=b"application/json")
    return RawResponse(status=status, headers=[content_type, *_safe("'none'", "")], body=body)


def _safe(form_action: str, style_source: str) -> list[RawHeader]:
    style = f"style-src {style_source}; " if style_source else ""
    policy = f"default-src 'none'; {style}form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    fields = {
        "cache-control": "no-store",
        "content-security-policy": policy,
        "x-frame-options": "DENY",  # for browsers that do not know frame-ancestors
        "x-content-type-options": "nosniff",
        # Addresses of these pages stay here; forms still say where they come from.
        "referrer-policy": "same-origin",
    }
    return [RawHeader(name=name, value=value.encode()) for name, value in fields.items()]


def source(url: str) -> str:
    """The origin of a URL as a source of CSP. What CSP cannot name, such as an IPv6 address, is meant by scheme."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if _SOURCE.fullmatch(origin):
        return origin
    return f"{parts.scheme}:" if parts.scheme in {"http", "https"} else "'none'"
