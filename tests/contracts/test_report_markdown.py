"""The report for a comment on a pull request, read by a Markdown parser of others."""

import re

import pytest
from markdown_it import MarkdownIt

from server.cli.contracts.review.model import Place
from server.cli.contracts.review.reports import markdown
from tests.contracts import reviews
from tests.contracts.reviews import added, review, shortened, widened

HOSTILE = "a | b ``` c `d` <script>alert(1)</script> <!-- [x](javascript:1) ![y](z) @everybody &amp; *e* # f"


def html(text: str) -> str:
    """The comment as GitHub shows it, as far as CommonMark and tables go."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


def test_it_begins_with_the_verdict_and_what_to_answer() -> None:
    lines = markdown.render(review(widened(), added())).splitlines()

    assert "## ❌ Contracts: breaking" == lines[0]
    assert lines[2].startswith("1 change breaks callers and 1 is additive. **No, not like this.**")


def test_the_table_counts_changes_by_verdict_and_kind() -> None:
    page = html(markdown.render(review(widened(), shortened(), added())))

    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)]
    assert [
        ["", "gRPC wire format", "generated code", "meaning", "all"],
        ["❌ breaking", "1", "", "", "1"],
        ["⚠️ needs notice", "", "", "1", "1"],
        ["✅ additive", "", "1", "", "1"],
    ] == rows


def test_what_is_additive_is_folded_and_what_breaks_is_not() -> None:
    text = markdown.render(review(widened(), added()))

    folded = text[text.index("<details>") : text.index("</details>")]
    assert "FIELD_ADDED" in folded
    assert "FIELD_SAME_TYPE" not in folded


def test_a_change_links_to_its_line() -> None:
    page = html(markdown.render(review(widened())))

    assert 'href="proto/corridor/parcels/v1/parcel.proto#L5"' in page


@pytest.mark.parametrize("name", ["detail", "element", "before", "after"])
def test_nothing_that_is_shown_is_obeyed(name: str) -> None:
    change = widened(before_place=Place(), after_place=Place())
    setattr(change, name, HOSTILE)

    page = html(markdown.render(review(change)))

    assert [] == re.findall(r"<(?:script|img|em|!--)|javascript:1\"|<a (?!href=\"proto/)", page)
    assert "alert(1)" in page
    assert name in ("before", "after") or "@everybody" not in re.sub(r"<code>.*?</code>", "", page)


def test_nothing_in_exceptions_and_callers_is_obeyed_either() -> None:
    caller = reviews.Caller("co_a", "live", "api_key", "key_a", HOSTILE, 1, "2026-11-20")
    change = widened(
        touched=reviews.Touched((f"{HOSTILE} (reads)",), callers=(caller,)),
        exemption=reviews.Exemption("X", "y", HOSTILE, HOSTILE, reviews.EXEMPTION.expires),
        owners=(HOSTILE,),
    )

    page = html(markdown.render(review(change, added())))

    assert [] == re.findall(r"<(?:script|img|em|!--)|<a (?!href=\"proto/)", page)


def test_a_text_with_a_fence_of_its_own_stays_within_the_block() -> None:
    change = widened(before="", after="````\n# Not a heading\n````", before_place=Place(), after_place=Place())

    page = html(markdown.render(review(change)))

    assert "<h1>Not a heading" not in page


def test_a_comment_that_grows_too_long_is_cut_where_a_change_ends() -> None:
    changes = [widened(element=f"corridor.parcels.v1.Parcel.field_{number}", detail="d" * 900) for number in range(90)]

    text = markdown.render(review(*changes))

    assert len(text) < 65_536
    assert text.endswith("_The rest does not fit into a comment: see the HTML report._\n")
    assert text.count("<details>") == text.count("</details>")


def test_without_changes_it_says_so() -> None:
    assert "## ✅ Contracts: nothing changed\n\nNothing changed.\n" == markdown.render(review())
