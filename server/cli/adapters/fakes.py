"""Stand-ins for values: of the same shape, the same for the same value, and telling nothing of it.

Rule: what a fake is depends on a random key that is forgotten with the recording, so that no fake can be traced back.
"""

import hashlib
import hmac
import re
import secrets
import string

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PREFIX = re.compile(r"[a-z]{1,12}(_(test|live))?_(?=[A-Za-z0-9]{6,}$)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Fakes:
    """The stand-ins of one recording, by value."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self.made: dict[str, str] = {}
        """Every value that was replaced, and by what."""

    def of(self, value: str) -> str:
        """The stand-in for a value."""
        if value not in self.made:
            fake = self._fake(value)
            turn = 0
            while fake == value and re.search(r"[A-Za-z0-9]", value):
                turn += 1
                fake = self._fake(value, str(turn))
            self.made[value] = fake
        return self.made[value]

    def _fake(self, value: str, turn: str = "") -> str:
        stream = _Stream(self._key, value + "\0" + turn)
        if _EMAIL.fullmatch(value):
            return f"{stream.like(value.partition('@')[0])}@example.com"
        if _DATE.fullmatch(value):
            return f"{1950 + stream.below(50)}-{1 + stream.below(12):02d}-{1 + stream.below(28):02d}"
        if _UUID.fullmatch(value):
            return _uuid(value, stream)
        if _IBAN.fullmatch(value) and _iban_checks(value):
            return _with_iban_check(value[:2], stream.like(value[4:]))
        if value.isdigit() and len(value) == 9 and _aba_checks(value):
            return _with_aba_check(stream.like(value[:8]))
        if value.isdigit() and 13 <= len(value) <= 19 and _luhn_checks(value):
            return _with_luhn_check(stream.like(value[:-1]))
        prefix = _PREFIX.match(value)
        start = prefix[0] if prefix else ""
        return start + stream.like(value[len(start) :])


class _Stream:
    """Endless numbers that depend on a key and a value."""

    def __init__(self, key: bytes, value: str) -> None:
        self._key, self._value, self._block, self._bytes = key, value.encode(), 0, b""

    def below(self, limit: int) -> int:
        """A number from 0 to below the limit, at most 256."""
        if not self._bytes:
            self._block += 1
            self._bytes = hmac.digest(self._key, self._block.to_bytes(4, "big") + self._value, hashlib.sha256)
        number, self._bytes = self._bytes[0], self._bytes[1:]
        return number * limit // 256

    def like(self, value: str) -> str:
        """Other letters for letters, in their case, other digits for digits; the rest stays."""
        return "".join(self._one(each) for each in value)

    def _one(self, each: str) -> str:
        if each.isdigit():
            return string.digits[self.below(10)]
        if each.isalpha():
            letters = string.ascii_uppercase if each.isupper() else string.ascii_lowercase
            return letters[self.below(26)]
        return each


def _uuid(value: str, stream: _Stream) -> str:
    digits = "".join(each if each == "-" else "0123456789abcdef"[stream.below(16)] for each in value)
    made = digits[:14] + value[14] + digits[15:19] + value[19] + digits[20:]  # version and variant stay
    return made.upper() if value.isupper() else made


def _iban_number(value: str) -> int:
    return int("".join(str(int(each, 36)) for each in value))


def _iban_checks(value: str) -> bool:
    return _iban_number(value[4:] + value[:4]) % 97 == 1


def _with_iban_check(country: str, rest: str) -> str:
    return f"{country}{98 - _iban_number(rest + country + '00') % 97:02d}{rest}"


def _aba_sum(digits: str) -> int:
    return sum(int(each) * weight for each, weight in zip(digits, (3, 7, 1) * 3, strict=False))


def _aba_checks(value: str) -> bool:
    return _aba_sum(value) % 10 == 0


def _with_aba_check(digits: str) -> str:
    return digits + str(-_aba_sum(digits) % 10)


def _luhn_sum(digits: str) -> int:
    doubled = (int(each) * (2 if place % 2 else 1) for place, each in enumerate(reversed(digits)))
    return sum(each - 9 if each > 9 else each for each in doubled)


def _luhn_checks(value: str) -> bool:
    return _luhn_sum(value) % 10 == 0


def _with_luhn_check(digits: str) -> str:
    return digits + str(-_luhn_sum(digits + "0") % 10)
