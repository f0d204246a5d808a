"""What every report says, in the same words and the same order: verdicts, the answer to give, and who is touched.

Rule: worst first, and what was exempted last; a reader who stops early has read what matters.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.cli.contracts.review.model import Caller, Change, Exemption, Kind, Place, Review, Verdict

VERDICTS = (Verdict.BREAKING, Verdict.NOTICE, Verdict.ADDITIVE)
NAMES = {Verdict.BREAKING: "breaking", Verdict.NOTICE: "needs notice", Verdict.ADDITIVE: "additive"}
MARKS = {Verdict.BREAKING: "✗", Verdict.NOTICE: "!", Verdict.ADDITIVE: "+"}
EXEMPTED = "exempted"
KINDS = {
    Kind.WIRE: "gRPC wire format",
    Kind.SOURCE: "generated code",
    Kind.REST: "REST",
    Kind.MEANING: "meaning",
    Kind.DOCS: "words",
}
NOTHING = "Nothing changed."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer should reply, and why."""

    short: str
    long: str


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one package that have the same verdict."""

    package: str
    owners: tuple[str, ...]
    changes: tuple[Change, ...]


def standing(review: Review) -> list[Change]:
    """The changes that count, in the order of reading: those that nobody exempted."""
    return ordered(change for change in review.changes if change.exemption is None)


def exempted(review: Review) -> list[Change]:
    """The changes that somebody allowed all the same."""
    return ordered(change for change in review.changes if change.exemption is not None)


def ordered(changes: Iterable[Change]) -> list[Change]:
    """Worst first; then by package, place and name."""
    return sorted(
        changes,
        key=lambda each: (-each.judged, package(each), place(each).file, place(each).line, each.element, each.rule.id),
    )


def groups(changes: Iterable[Change]) -> Iterator[Group]:
    """Changes of one verdict by package, with whoever owns it."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(package(change), []).append(change)
    for name, its in found.items():
        yield Group(name, tuple(dict.fromkeys(owner for each in its for owner in each.owners)), tuple(its))


def package(change: Change) -> str:
    """The package of the element, such as `corridor.payouts.v1`."""
    name = change.element.rpartition("/")[0].replace("/", ".") if "/" in change.element else change.element
    found = re.match(r"(?:[a-z][a-z0-9_]*\.)+v[0-9][a-z0-9]*(?=\.|$)", name)
    if found:
        return found[0]
    lower = re.match(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*(?=\.[A-Z])", name)
    return lower[0] if lower else name


def place(change: Change) -> Place:
    """Where to look: after, or where it was."""
    return change.after_place if change.after_place.file else change.before_place


def file_of(found: Place) -> str:
    """The file of a place as it stands in the repository."""
    return f"proto/{found.file}" if found.file else ""


def where(change: Change) -> str:
    """File and line for people; of what is gone, where it was."""
    found, gone = place(change), not change.after and change.before_place.line
    if gone:
        found = change.before_place
    line = f":{found.line}" if found.line else ""
    return f"{file_of(found)}{line}{' (before)' if gone else ''}" if found.file else ""


def count(number: int, thing: str, things: str = "") -> str:
    """Such as `1 change` and `2 changes`."""
    return f"{number} {thing if number == 1 else things or f'{thing}s'}"


def tally(review: Review) -> str:
    """How many changes there are of each kind, as a sentence."""
    if not review.changes:
        return NOTHING
    found = {verdict: sum(each.judged is verdict for each in standing(review)) for verdict in VERDICTS}
    said = [
        (found[Verdict.BREAKING], "breaks callers", "break callers"),
        (found[Verdict.NOTICE], "needs notice", "need notice"),
        (found[Verdict.ADDITIVE], "is additive", "are additive"),
        (len(exempted(review)), "is exempted", "are exempted"),
    ]
    parts = [f"{number} {one if number == 1 else many}" for number, one, many in said if number]
    first, _, rest = parts[0].partition(" ")
    parts[0] = f"{first} {'change' if first == '1' else 'changes'} {rest}"
    return f"{listed(parts)}."


def answer(review: Review) -> Answer:
    """What to reply to whoever asks for the change."""
    if not review.changes:
        return Answer("Nothing to answer.", "Both sides say the same.")
    if review.verdict is Verdict.BREAKING:
        return Answer(
            "No, not like this.",
            "Ask for the compatible way that stands at each breaking change. What cannot be done compatibly belongs"
            " in a new version of the package, or needs an exception with an owner, a reason and an end.",
        )
    if review.verdict is Verdict.NOTICE:
        return Answer(
            "Yes, once callers are told.",
            "No program has to change before it, but some calls will be answered differently. Ask for a note in the"
            " change log and for word to those named below, in time; or for the compatible way at each change.",
        )
    if exempted(review):
        return Answer("Yes.", "What remains beside the exceptions is additive. Read whether their reasons still hold.")
    return Answer("Yes.", "Everything that worked goes on working, and nobody has to do anything.")


def harm(review: Review) -> str:
    """Who was seen using what breaks or needs notice, or that nobody counted; empty where nothing does."""
    touching = [each for each in standing(review) if each.judged is not Verdict.ADDITIVE]
    if not touching:
        return ""
    if not review.days:
        return "Callers were not counted: --usage FILE names them, and “corridor contracts usage” writes that file."
    callers = {(each.company_id, each.environment, each.kind, each.id): each
               for change in touching for each in change.touched.callers or ()}  # fmt: skip
    if not callers:
        return f"Nobody was seen using it in {count(review.days, 'day')}."
    companies = {caller.company_id for caller in callers.values()}
    newest = max(caller.last_date for caller in callers.values())
    return (
        f"{count(len(callers), 'caller')} of {count(len(companies), 'company', 'companies')} used it in"
        f" {count(review.days, 'day')}, the last on {newest}."
    )


def owners(review: Review) -> tuple[str, ...]:
    """Whoever has to be asked: the owners of what breaks or needs notice, or of everything."""
    touching = [each for each in standing(review) if each.judged is review.verdict] or review.changes
    return tuple(dict.fromkeys(owner for each in ordered(touching) for owner in each.owners))


def listed(parts: Sequence[str]) -> str:
    """Parts as a list in a sentence."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def some(parts: Sequence[str], most: int) -> str:
    """The first of many, and how many more there are."""
    shown = ", ".join(parts[:most])
    return f"{shown} and {len(parts) - most} more" if len(parts) > most else shown


def touches(change: Change) -> list[tuple[str, tuple[str, ...]]]:
    """Who is touched apart from callers: what they are, and their names. Kinds that nobody is of are left out."""
    touched = change.touched
    found = [
        ("Adapters", touched.adapters),
        ("Server", touched.flows),
        ("Events", touched.events),
        ("Documents", touched.examples),
    ]
    return [(title, names) for title, names in found if names]


def clusters(names: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Names by what is said of all of them: by what stands in brackets after them, or before a colon and a space."""
    found: dict[str, list[str]] = {}
    for name in names:
        if said := re.fullmatch(r"(.+) \(([^()]+)\)", name):
            found.setdefault(said[2], []).append(said[1])
        elif ": " in name:
            said_before, _, rest = name.partition(": ")
            found.setdefault(f"{said_before}:", []).append(rest)
        else:
            found.setdefault("", []).append(name)
    return [(said, tuple(its)) for said, its in found.items()]


def clustered(names: Sequence[str], most: int) -> str:
    """The clusters as a line of text."""
    parts = []
    for said, its in clusters(names):
        shown = some(its, most)
        parts.append(f"{said} {shown}" if said.endswith(":") else f"{shown} ({said})" if said else shown)
    return "; ".join(parts)


def callers(change: Change, days: int) -> str:
    """How many callers are touched, as a sentence; empty where nobody counted, or a change asks nothing of anybody."""
    found = change.touched.callers
    if found is None or change.judged is Verdict.ADDITIVE:
        return ""
    more = (
        f" {count(change.touched.perhaps, 'other')} called too, and may use it rarely."
        if change.touched.perhaps
        else ""
    )
    if not found:
        return f"Nobody was seen in {count(days, 'day')}.{more}"
    companies = count(len({each.company_id for each in found}), "company", "companies")
    return f"{count(len(found), 'caller')} of {companies} in {count(days, 'day')}, the last on {newest(found)}.{more}"


def newest(found: Sequence[Caller]) -> str:
    """The last day on which any of them called."""
    return max(each.last_date for each in found)


def caller(found: Caller) -> str:
    """One caller in a line."""
    title = f"“{found.title}” " if found.title else ""
    times = count(found.calls, "call")
    return f"{title}{found.id} of {found.company_id}, {found.environment}: {times}, the last on {found.last_date}"


def problems(review: Review) -> list[str]:
    """What is wrong with the exceptions themselves."""

    def named(found: Exemption) -> str:
        return f"The exception of {found.rule} for {found.element} ({found.owner})"

    return [
        *(f"{named(each)} ended on {each.expires}." for each in review.expired),
        *(f"{named(each)} is needed by nothing; remove it." for each in review.unused),
    ]
