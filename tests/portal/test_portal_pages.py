"""What the pages say: whole, linked, and true to the contract, the settings and the sandbox."""

import json
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from adapters.kit import discovery
from adapters.sandbox import payment_scenarios, scenarios
from gateway.contract import Contract
from gateway.portal import site
from server.platform.access.oauth.pages_words import WORDS
from server.platform.webhooks.schedule import Schedule
from tests.portal.reading import Read

Pages = dict[str, Read]
_BYTES_AT_MOST = 6_000_000


def test_every_link_leads_to_a_page_and_to_something_on_it(pages: Pages) -> None:
    lost = set()
    for path, page in pages.items():
        for link in page.links:
            to = urlsplit(link)
            target = pages.get(to.path or path)
            if to.path in ("/v1/openapi.json",) or to.scheme == "https":
                continue
            if target is None or (to.fragment and to.fragment not in target.ids):
                lost.add(f"{path}: {link}")

    assert set() == lost


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(pages: Pages) -> None:
    loads = {load for page in pages.values() for load in page.loads}

    assert all(load.startswith("/docs/assets/") for load in loads)
    assert 3 == len(loads)
    assert [] == [(path, page.inline) for path, page in pages.items() if page.inline]


def test_anchors_are_unique_and_headings_in_order(pages: Pages) -> None:
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path
        assert 1 == page.headings.count(1), path
        own = page.headings[page.headings.index(1) :]
        assert all(after <= before + 1 for before, after in pairwise(own)), path


def test_every_operation_reason_event_and_provider_has_its_page(pages: Pages, contract: Contract) -> None:
    of_every_call = pages["/docs/api"].links
    for method in contract.methods:
        if method.bindings:
            page = pages[f"/docs/api/{method.service.removeprefix('corridor.')}/{method.name}"]
            assert all(scope in page.text for scope in method.policy.scopes)
            said = {*page.links, *of_every_call}
            assert all(f"/docs/problems/{reason}" in said for reason in method.errors), method.full_name
    for reason in contract.reasons.values():
        assert reason.suggested_action.replace("`", "") in pages[f"/docs/problems/{reason.name}"].text
        assert reason.name in pages["/docs/problems"].ids
    document = json.loads((site().parent / "openapi.json").read_bytes())
    assert all(f"/docs/events/{event}" in pages for event in document["webhooks"])
    assert all(f"/docs/providers/{name}" in pages for name in discovery.providers())


def test_the_sandbox_page_has_every_magic_value(pages: Pages) -> None:
    text = pages["/docs/guides/sandbox"].text

    for each in (*scenarios.SCENARIOS, *payment_scenarios.PAYMENTS, *payment_scenarios.DECLINED):
        assert f"…{scenarios.FIRST_AMOUNT + each.number}" in text, each.name


def test_the_guides_say_what_the_code_does(pages: Pages) -> None:
    tries = len(Schedule().gaps_seconds) + 1

    assert f"tried {tries} times in all" in pages["/docs/guides/webhooks"].text
    assert all(scope in pages["/docs/guides/authentication"].text for scope in WORDS)
    assert not [path for path, page in pages.items() if re.search(r"\{\{\w", page.text)]


def test_an_event_has_its_change_log(pages: Pages) -> None:
    text = pages["/docs/events/payout.settled"].text

    assert "The event is new." in text
    assert "0.1.0" in text


def test_every_title_is_found_by_the_search(pages: Pages) -> None:
    found = {path for _, path, _, _ in json.loads((site() / "search.json").read_bytes())}

    assert {path for path in pages if not path.startswith("/docs/types/")} <= {urlsplit(path).path for path in found}


def test_the_portal_stays_small() -> None:
    assert _BYTES_AT_MOST > sum(file.stat().st_size for file in site().rglob("*") if file.is_file())


def test_the_folder_has_no_other_kinds_of_files() -> None:
    assert {".html", ".css", ".js", ".json", ".svg"} == {Path(f).suffix for f in site().rglob("*") if f.is_file()}
