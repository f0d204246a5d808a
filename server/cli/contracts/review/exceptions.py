"""Approved exceptions: `proto/EXCEPTIONS`, in which somebody stands by a change that breaks callers, for a time.

Rule: each names one change, an owner, a reason, and a last day at most 180 days ahead; none is a pattern.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from server.cli.contracts.review.model import Change, Exemption, Review

# [[exception]]
# rule = "FIELD_NO_DELETE"
# element = "corridor.payouts.v1.Payout.memo"
# owner = "@payouts"
# reason = "No caller has read it for 90 days, by the usage counts."
# expires = 2027-03-31

LONGEST = timedelta(days=180)
FILE = Path("proto", "EXCEPTIONS")

_HEAD = re.compile(r"^[ \t]*\[\[[ \t]*exception[ \t]*\]\]", re.MULTILINE)
_WORDS = ("rule", "element", "owner", "reason")
_KEYS = {*_WORDS, "expires"}


def read(file: Path, today: date) -> tuple[Exemption, ...]:
    """The exceptions of a file, expired ones among them.

    Raises:
        click.ClickException: something is wrong with it, and in which line.
    """
    try:
        text = file.read_text(encoding="utf-8")
        listed = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise click.ClickException(f"{file} cannot be read: {problem}.") from problem
    if strange := sorted(listed.keys() - {"exception"}):
        raise click.ClickException(f"{file}: {strange[0]!r} is not known: each exception stands below [[exception]].")
    entries = listed.get("exception", [])
    if not isinstance(entries, list):
        raise click.ClickException(f"{file}: write [[exception]] in double brackets, one for each exception.")
    lines = [text.count("\n", 0, found.start()) + 1 for found in _HEAD.finditer(text)]
    found: dict[tuple[str, str], Exemption] = {}
    for place, entry in enumerate(entries):
        where = f"{file}, line {lines[place]}" if len(lines) == len(entries) else f"{file}, exception {place + 1}"
        exemption = _exemption(where, entry, today)
        if found.setdefault((exemption.rule, exemption.element), exemption) is not exemption:
            raise click.ClickException(f"{where}: {exemption.rule} of {exemption.element} is excepted twice.")
    return tuple(found.values())


def _exemption(where: str, entry: Any, today: date) -> Exemption:
    if not isinstance(entry, Mapping):
        raise click.ClickException(f"{where}: it holds {entry!r} and not a rule, an element, an owner and so on.")
    if strange := sorted(entry.keys() - _KEYS):
        raise click.ClickException(f"{where}: {strange[0]!r} is not known; known are {', '.join(sorted(_KEYS))}.")
    for word in _WORDS:
        if not isinstance(entry.get(word), str) or not entry[word].strip():
            raise click.ClickException(f"{where}: it has no {word}, or one that is no text.")
    if not re.fullmatch(r"@[\w./-]+", entry["owner"]):
        raise click.ClickException(f"{where}: owner {entry['owner']!r} is no handle such as @payments.")
    expires = entry.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise click.ClickException(f"{where}: it has no expires, or one that is no date such as {today + LONGEST}.")
    if expires > today + LONGEST:
        raise click.ClickException(
            f"{where}: it expires on {expires}, more than {LONGEST.days} days ahead: {today + LONGEST} is the last day."
        )
    return Exemption(entry["rule"], entry["element"], entry["owner"], entry["reason"].strip(), expires)


def apply(review: Review, exemptions: Iterable[Exemption], today: date) -> None:
    """Exempt the changes that an exception names, and tell of those that are expired or that no change needs.

    The last day still counts.
    """
    given = tuple(exemptions)
    review.expired = tuple(each for each in given if each.expires < today)
    valid = {(each.rule, each.element): each for each in given if each.expires >= today}
    used = set()
    for change in review.changes:
        change.exemption = valid.get(key := _key(change))
        if change.exemption is not None:
            used.add(key)
    review.unused = tuple(each for key, each in valid.items() if key not in used)


def _key(change: Change) -> tuple[str, str]:
    return change.rule.id, change.element
