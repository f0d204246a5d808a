"""A review as a comment on a pull request: the verdict, a table of counts, what breaks in full, the rest folded.

Rule: whatever comes from outside is shown as text. Neither a pipe, a backtick nor a tag in it is ever obeyed.
"""

import re
from collections.abc import Iterator, Sequence

from server.cli.contracts.review import visible
from server.cli.contracts.review.model import Change, Place, Review, Verdict
from server.cli.contracts.review.reports import words
from server.cli.contracts.review.reports.side_by_side import Files, unified

_ICONS = {Verdict.BREAKING: "❌", Verdict.NOTICE: "⚠️", Verdict.ADDITIVE: "✅"}
_LINES = 30
_NAMED = 12
_CALLERS = 10
# GitHub refuses comments of more than 65,536 characters.
_MOST = 60_000


def render(review: Review) -> str:
    """The review as Markdown (GitHub's flavour), short enough for a comment."""
    blocks = list(_blocks(visible.of(review)))
    size = 0
    for number, block in enumerate(blocks):
        size += len(block) + 2
        if size > _MOST:
            shown = blocks[:number]
            open_folds = sum(each.count("<details>") - each.count("</details>") for each in shown)
            rest = "_The rest does not fit into a comment: see the HTML report._"
            return "\n\n".join([*shown, *["</details>"] * open_folds, rest]) + "\n"
    return "\n\n".join(blocks) + "\n"


def _blocks(review: Review) -> Iterator[str]:
    answer = words.answer(review)
    icon = _ICONS[review.verdict]
    yield f"## {icon} Contracts: {words.NAMES[review.verdict] if review.changes else 'nothing changed'}"
    if not review.changes:
        yield words.NOTHING
        yield from _problems(review)
        return
    said = [f"{words.tally(review)} **{answer.short}** {answer.long}"]
    said += [line for line in (words.harm(review), _owners(words.owners(review))) if line]
    yield "\n\n".join(said)
    yield f"Compared: {code(review.before.title)} → {code(review.after.title)}"
    yield "\n".join(_counts(review))
    yield from _problems(review)
    standing, files = words.standing(review), Files(review)
    for verdict in words.VERDICTS:
        found = [change for change in standing if change.judged is verdict]
        if found:
            yield from _section(
                _title(verdict, len(found)), found, files, review.days, folded=verdict is Verdict.ADDITIVE
            )
    if exempted := words.exempted(review):
        yield from _section(f"☑️ Exempted ({len(exempted)})", exempted, files, review.days, folded=True)


def _title(verdict: Verdict, number: int) -> str:
    return f"{_ICONS[verdict]} {words.NAMES[verdict].capitalize()} ({number})"


def _counts(review: Review) -> Iterator[str]:
    kinds = [kind for kind in words.KINDS if any(each.rule.kind is kind for each in review.changes)]
    yield f"| | {' | '.join(words.KINDS[kind] for kind in kinds)} | all |"
    yield f"|---|{'---:|' * (len(kinds) + 1)}"
    rows = [
        (
            f"{_ICONS[verdict]} {words.NAMES[verdict]}",
            [each for each in words.standing(review) if each.judged is verdict],
        )
        for verdict in words.VERDICTS
    ] + [("☑️ exempted", words.exempted(review))]
    for title, found in rows:
        if found:
            cells = [sum(each.rule.kind is kind for each in found) for kind in kinds]
            yield f"| {title} | {' | '.join(str(cell or '') for cell in cells)} | {len(found)} |"


def _section(title: str, changes: Sequence[Change], files: Files, days: int, *, folded: bool) -> Iterator[str]:
    yield f"<details>\n<summary><b>{title}</b></summary>" if folded else f"### {title}"
    for group in words.groups(changes):
        owners = f" · {_owners(group.owners)}" if group.owners else ""
        yield f"**{code(group.package)}**{owners}"
        for change in group.changes:
            yield from _change(change, files, days)
    if folded:
        yield "</details>"


def _change(change: Change, files: Files, days: int) -> Iterator[str]:
    yield f"#### {code(change.element)}\n\n{code(change.rule.id)} · {words.KINDS[change.rule.kind]}{_link(change)}"
    yield plain(change.detail)
    if difference := _difference(change, files):
        yield difference
    lines = []
    if change.exemption:
        said = change.exemption
        lines.append(f"- **Exempted** by {plain(said.owner)} until {said.expires}: {plain(said.reason)}")
    if change.judged is not Verdict.ADDITIVE:
        lines.append(f"- **Why:** {plain(change.rule.why)}")
    if change.rule.instead:
        lines.append(f"- **Instead:** {plain(change.rule.instead)}")
    lines += [f"- **{title}:** {_names(names)}" for title, names in words.touches(change)]
    if callers := words.callers(change, days):
        lines.append(f"- **Callers:** {callers}")
        found = change.touched.callers or ()
        lines += [f"  - {plain(words.caller(each))}" for each in found[:_CALLERS]]
        if len(found) > _CALLERS:
            lines.append(f"  - and {len(found) - _CALLERS} more")
    if lines:
        yield "\n".join(lines)


def _difference(change: Change, files: Files) -> str:
    shown = [f"{mark} {line}".rstrip() for mark, line in unified(files.rows(change))]
    if not shown:
        return ""
    if len(shown) > _LINES:
        shown = [*shown[:_LINES], f"⋯ {words.count(len(shown) - _LINES, 'more line')}"]
    text = "\n".join(shown)
    # A fence ends at a run of backticks at least as long as its own (CommonMark 0.31, section 4.5).
    fence = "`" * max(3, _run(text) + 1)
    return f"{fence}diff\n{text}\n{fence}"


def _link(change: Change) -> str:
    where = words.place(change)
    return f" · {_linked(where)}" if where.file else ""


def _linked(where: Place) -> str:
    file = words.file_of(where)
    target = re.sub(r"[^\w./-]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), file)
    line = f"#L{where.line}" if where.line else ""
    return f"[{code(f'{file}{line and chr(58)}{where.line or str()}')}]({target}{line})"


def _names(names: Sequence[str]) -> str:
    parts = []
    for said, its in words.clusters(names):
        shown = ", ".join(code(name) for name in its[:_NAMED])
        shown += f" and {len(its) - _NAMED} more" if len(its) > _NAMED else ""
        parts.append(f"{plain(said)} {shown}" if said.endswith(":") else f"{shown} ({plain(said)})" if said else shown)
    return "; ".join(parts)


def _owners(owners: Sequence[str]) -> str:
    return f"Owners: {', '.join(plain(owner, people=True) for owner in owners)}" if owners else ""


def _problems(review: Review) -> Iterator[str]:
    if found := words.problems(review):
        yield "\n".join(f"- ⚠️ {plain(line)}" for line in found)


def code(text: str) -> str:
    """Text as code within a line (CommonMark 0.31, section 6.1), safe in the cell of a table too."""
    text = " ".join(text.split()) or " "
    fence = "`" * (_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}".replace("|", "\\|")


def plain(text: str, *, people: bool = False) -> str:
    """Text that shows as it is: whatever Markdown, HTML or a mention could be made of is escaped.

    Pieces between single backticks stay code, for our own sentences are written so.
    """
    parts = re.split(r"(`[^`\n]+`)", " ".join(text.split()))
    return "".join(code(part[1:-1]) if index % 2 else _escaped(part, people) for index, part in enumerate(parts))


def _escaped(text: str, people: bool) -> str:
    text = re.sub(r"([\\`*_{}\[\]<>#|~!])", r"\\\1", text)
    text = re.sub(r"^([-+]|\d+[.)])(?=\s)", r"\\\1", text)
    text = text.replace("&", "&amp;")
    # A mention would call people to a pull request that is none of theirs; owners are called on purpose.
    return text if people else text.replace("@", "@\u200b").replace("://", ":\u200b//").replace("www.", "www\u200b.")


def _run(text: str) -> int:
    return max((len(found) for found in re.findall(r"`+", text)), default=0)
