"""The page: it needs nothing else, obeys nothing that it shows, and looks well on a desk and on a phone."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from server.cli.contracts.review.reports import html
from tests.contracts import prepared_changes, reviews
from tests.contracts.reviews import added, review, shortened, widened
from tests.server.sign_in.chromium import Chromium, chromium

HOSTILE = "</style></script><script>alert(1)</script><img src=x onerror=alert(2)>\" ' & `<b>`"


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and whether all that was opened is closed again."""

    VOID = frozenset({"meta", "link", "input", "col", "wbr", "br", "!doctype"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def whole() -> str:
    """A page with everything on it."""
    return html.render(review(widened(), shortened(), added(), widened(exemption=reviews.EXEMPTION)))


def test_every_tag_is_closed_and_every_id_is_there_once() -> None:
    tags = Tags(whole())

    assert ([], []) == (tags.open, tags.wrong)
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert sorted(set(map(str, ids))) == sorted(map(str, ids))


def test_every_reference_within_the_page_leads_somewhere() -> None:
    tags = Tags(whole()).found
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}

    wanted = {str(attributes["href"])[1:] for tag, attributes in tags if tag == "a"}
    wanted |= {str(attributes["aria-labelledby"]) for _, attributes in tags if "aria-labelledby" in attributes}
    wanted |= {str(attributes["for"]) for _, attributes in tags if "for" in attributes}
    assert set() == wanted - ids


def test_nothing_is_asked_for_from_elsewhere() -> None:
    tags = Tags(whole()).found

    outside = [
        value
        for tag, attributes in tags
        for name, value in attributes.items()
        if name in ("src", "href", "action", "style", "srcset") and not str(value).startswith(("#", "data:,"))
    ]
    assert [] == outside
    assert "url(" not in whole()


def test_nothing_that_is_shown_is_obeyed() -> None:
    caller = reviews.Caller(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE)
    change = widened(
        element=HOSTILE,
        detail=HOSTILE,
        before=HOSTILE,
        after=HOSTILE,
        before_place=reviews.Place(HOSTILE, 1),
        after_place=reviews.Place(),
        owners=(HOSTILE,),
        touched=reviews.Touched((HOSTILE,), (HOSTILE,), (HOSTILE,), (HOSTILE,), (caller,)),
    )

    plain, attacked = Tags(html.render(review(widened()))), Tags(html.render(review(change)))

    assert ([], []) == (attacked.open, attacked.wrong)
    assert {tag for tag, _ in plain.found} >= {tag for tag, _ in attacked.found}
    assert 1 == sum(tag == "script" for tag, _ in attacked.found)
    assert not any(name.startswith("on") for _, attributes in attacked.found for name in attributes)


def test_without_changes_there_is_still_an_answer() -> None:
    page = html.render(review())

    assert "Nothing changed." in page
    assert "Nothing to answer." in page


def test_every_verdict_is_written_and_not_only_coloured() -> None:
    badges = re.findall(r'<span class="badge \w+"><span aria-hidden="true">(.)</span> ([^<]+)</span>', whole())

    assert [("✗", "breaking"), ("!", "needs notice"), ("+", "additive"), ("✗", "breaking, exempted")] == badges


@pytest.mark.parametrize(
    ("name", "answer"),
    [("harmless", "Yes."), ("tightening", "No, not like this."), ("breaking", "No, not like this.")],
)
def test_a_reviewer_reads_first_what_to_answer(name: str, answer: str) -> None:
    page = html.render(prepared_changes.review(name))

    assert f"What to answer: <em>{answer}</em>" in page
    assert page.index("What to answer") < page.index("<article")


@pytest.fixture(scope="module")
def tab() -> Iterator[Chromium]:
    """A browser that runs scripts."""
    with chromium() as found:
        found("Emulation.setScriptExecutionDisabled", value=False)
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the three prepared changes."""
    folder = tmp_path_factory.mktemp("pages")
    for name in prepared_changes.NAMES:
        (folder / f"{name}.html").write_text(html.render(prepared_changes.review(name)))
    return folder


@pytest.mark.parametrize("name", prepared_changes.NAMES)
@pytest.mark.parametrize(("width", "mobile"), [(1280, False), (390, True)])
def test_nothing_stands_out_of_the_page_at_any_width(
    tab: Chromium, pages: Path, name: str, width: int, mobile: bool
) -> None:
    tab.size(width, 900, mobile=mobile)
    tab.go(f"{(pages / f'{name}.html').as_uri()}#{width}")
    tab.find("footer")

    content, screen = tab.overflow()

    assert content <= screen
    assert 10_000 < len(tab.screenshot(pages / f"{name}-{width}.png"))


def test_both_sides_stand_beside_each_other_on_a_desk_and_below_on_a_phone(tab: Chromium, pages: Path) -> None:
    tops = {}
    for width in (1280, 390):
        tab.size(width, 900, mobile=width < 500)
        tab.go(f"{(pages / 'tightening.html').as_uri()}#sides-{width}")
        tops[width] = [
            tab("DOM.getBoxModel", nodeId=tab.find(f"tr.changed td.{side}"))["model"]["content"][1]
            for side in ("old", "new")
        ]

    assert tops[1280][0] == tops[1280][1]
    assert tops[390][0] < tops[390][1]


def test_the_filter_leaves_what_is_wanted_under_the_page_s_own_policy(tab: Chromium, pages: Path) -> None:
    tab.size(1280, 900)
    tab.go(f"{(pages / 'breaking.html').as_uri()}#filter")
    tab.find("#filters:not([hidden])")

    tab.click("input[value=breaking]")

    tab.find('.part[data-part="breaking"][hidden]')
    tab.find('.part[data-part="additive"]:not([hidden])')
    assert "1 of 5 shown" in tab.text("#shown")
