"""Reads JSON texts as strictly as money asks for: every ambiguity that parsers settle differently is refused.

Refused are duplicate keys, NaN and infinities, numbers that a float cannot hold, invalid UTF-8 and deep nesting.
"""

import json
import re
from typing import Any

from gateway.problems import Refusal

# Beyond this a float no longer tells neighbouring integers apart (IEEE 754 binary64).
_EXACT = 1 << 53
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


class JsonReader:
    """A strict JSON reader. `depth` is the deepest nesting that is read.

    `noticed` tells whether the last text had one of the keys in `notice`.
    """

    def __init__(self, depth: int, notice: frozenset[str] = frozenset()) -> None:
        self._depth = depth
        self._notice = notice
        self.noticed = False
        self._decode = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=_float, parse_constant=_constant
        ).decode

    def read(self, data: bytes) -> Any:
        """The value of a JSON text. Raises Refusal, saying where the text is wrong."""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refusal("MALFORMED_REQUEST", f"The body is not UTF-8 at byte {error.start}.") from None
        self.noticed = False
        if text.count("{") + text.count("[") > self._depth:
            check_depth(text, self._depth)
        try:
            return self._decode(text)
        except json.JSONDecodeError as error:
            detail = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
            raise Refusal("MALFORMED_REQUEST", detail) from None
        except RecursionError:
            raise _too_deep(self._depth) from None
        except ValueError:  # Python reads integers of at most 4300 digits
            raise Refusal("MALFORMED_REQUEST", "The body has a number with too many digits.") from None

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _duplicate(pairs)
        if not self._notice.isdisjoint(found):
            self.noticed = True
        return found


def check_depth(text: str, limit: int) -> None:
    """Raises Refusal if brackets outside strings nest deeper than the limit."""
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > limit:
            raise _too_deep(limit)


def _too_deep(limit: int) -> Refusal:
    return Refusal("MALFORMED_REQUEST", f"The body nests deeper than {limit} levels.")


def _duplicate(pairs: list[tuple[str, Any]]) -> Refusal:
    seen: set[str] = set()
    twice = ""
    for name, _ in pairs:
        if name in seen:
            twice = name
            break
        seen.add(name)
    return Refusal("MALFORMED_REQUEST", f"The body has the key {json.dumps(twice[:100])} twice in one object.")


def _float(text: str) -> float:
    value = float(text)
    if abs(value) >= _EXACT and value.is_integer():
        raise Refusal("MALFORMED_REQUEST", "A whole number above 2^53 must be written in digits alone.")
    if value in (float("inf"), float("-inf")):
        raise Refusal("MALFORMED_REQUEST", "The body has a number that is too large.")
    return value


def _constant(text: str) -> float:
    raise Refusal("MALFORMED_REQUEST", f"The body has {text}, which is not JSON.")
