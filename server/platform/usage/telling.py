"""How a call tells its caller of what ends: by trailers, which the gateway passes on as header fields.

`deprecation` is RFC 9745, section 2; `sunset` RFC 8594, section 3; `link` leads to documentation (RFC 9745, section 3)
and to what comes after (`successor-version`, RFC 5829, section 3.3).
"""

import re
from collections.abc import Mapping
from datetime import date
from email.utils import format_datetime
from urllib.parse import quote

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import contract, stability
from server.kit.context import Context
from server.kit.contract import Method
from server.kit.errors import Failure, Violation, fail
from server.kit.stability import Ending, Found

DOCUMENTATION = "/docs/guides/versioning"
_NAMED_AT_MOST = 20  # a header field that is too long is refused by proxies
_VARIABLE = re.compile(r"\{([a-z0-9_.]+)(?:=[^}]*)?\}")


class Telling:
    """Makes the trailers of a contract's calls."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self._bindings = {each.descriptor.full_name: contract.http_rule(each) for each in methods.values()}

    def tell(self, call: Context) -> None:
        """Put what is known of the call's endings into its trailers. With several, the first end counts."""
        endings = call.endings
        if not endings:
            return
        call.trailers["deprecation"] = f"@{int(stability.date_time(min(each.since for each in endings)).timestamp())}"
        sunsets = [each.sunset for each in endings if each.sunset is not None]
        if sunsets:
            call.trailers["sunset"] = format_datetime(stability.date_time(min(sunsets)), usegmt=True)
        call.trailers["link"] = ", ".join(self._links(call))
        if fields := sorted({each.element for each in endings if each.is_field}):
            call.trailers["corridor-deprecated-fields"] = ", ".join(fields[:_NAMED_AT_MOST])

    def _links(self, call: Context) -> list[str]:
        links = [f'<{DOCUMENTATION}>; rel="deprecation"; type="text/html"']
        for each in call.endings:
            template = "" if each.is_field else self._bindings.get(each.replacement, "").partition(" ")[2]
            if template and (path := _path(template, call.request)):
                links.append(f'<{path}>; rel="successor-version"')
        return links


def method_over(ending: Ending) -> Failure:
    """The refusal of a method that has ended."""
    assert ending.sunset is not None
    return fail(
        reasons.ERROR_REASON_METHOD_SUNSET,
        f"{ending.element} ended on {ending.sunset.isoformat()}{_instead(ending)}.",
        method=ending.element,
        sunset=ending.sunset.isoformat(),
        replacement=ending.replacement,
    )


def fields_over(found: list[Found]) -> Failure:
    """The refusal of a request that sets fields which have ended."""
    violations = [
        Violation(each.path, f"ended on {_date(each.ending.sunset)}{_instead(each.ending)}", "sunset") for each in found
    ]
    names = ", ".join(dict.fromkeys(each.path for each in found))
    return fail(reasons.ERROR_REASON_FIELD_SUNSET, f"No longer taken: {names}.", violations=violations)


def _instead(ending: Ending) -> str:
    return f"; use {ending.replacement}" if ending.replacement else ""


def _date(day: date | None) -> str:
    assert day is not None
    return day.isoformat()


def _path(template: str, request: Message | None) -> str:
    """Where the successor is, with the variables of its path as the request has them; empty where one is missing."""
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        found = quote(_text(request, match[1].split(".")), safe="")
        missing.extend([] if found else [match[1]])
        return found

    path = _VARIABLE.sub(value, template)
    return "" if missing else path


def _text(message: Message | None, names: list[str]) -> str:
    for name in names[:-1]:
        field = _field(message, name)
        if message is None or field is None or field.message_type is None or field.is_repeated:
            return ""
        message = getattr(message, name)
    field = _field(message, names[-1])
    return str(getattr(message, names[-1])) if field is not None and field.type == FieldDescriptor.TYPE_STRING else ""


def _field(message: Message | None, name: str) -> FieldDescriptor | None:
    if message is None:
        return None
    found: list[FieldDescriptor] = [field for field in message.DESCRIPTOR.fields if field.name == name]  # type: ignore[misc] # the stubs name both of upb's types
    return found[0] if found else None
