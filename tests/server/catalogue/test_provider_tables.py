"""The tables of providers: every provider and fact is in both forms, and the page can be read by everybody."""

from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

from adapters.kit import discovery
from corridor.providers.v1 import provider_pb2 as pb
from server.cli.contracts import provider_tables
from server.cli.contracts.provider_facts import Section, sections
from server.platform.providers.description import all_described

GEN = Path(__file__).resolve().parents[3] / "gen"
OURS = {name: each for name, each in discovery.providers().items() if each.package.startswith("adapters.")}
_VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a page is made of; fails for a tag that is closed wrongly."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()


@pytest.fixture(scope="module")
def found() -> Sequence[Section]:
    """What the tables say."""
    return list(sections(all_described(OURS)))


@pytest.fixture(scope="module")
def page(found: Sequence[Section]) -> Page:
    """The page."""
    return Page("\n".join(provider_tables.html(found)))


@pytest.mark.parametrize(("name", "form"), [("providers.md", "markdown"), ("providers.html", "html")])
def test_the_tables_are_current(found: Sequence[Section], name: str, form: str) -> None:
    text = "\n".join(getattr(provider_tables, form)(found)) + "\n"

    assert text == (GEN / name).read_text(encoding="utf-8"), "run `corridor gen`"


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_every_provider_is_told_with_every_domain_and_operation(found: Sequence[Section], form: str) -> None:
    text = "\n".join(getattr(provider_tables, form)(found))

    for provider in all_described(OURS):
        said = [provider.title, provider.api_version, provider.contract_owner, provider.technical_owner]
        said += [operation for port in provider.ports for operation in port.operations]
        said += [f"Coverage of {each.domain}" for each in provider.coverage]
        assert [] == [each for each in said if each not in text]


def test_everything_that_the_catalogue_has_is_in_the_tables() -> None:
    provider = pb.Provider(
        name="acme",
        title="Acme | Co",
        api_version="v7",
        status=pb.PROVIDER_STATUS_BETA,
        regions=["eu-west"],
        contract_owner="contract team",
        technical_owner="technical team",
        subprocessors=["Hosting Ltd"],
        subprocessors_source="https://acme.example/subprocessors",
        data_flows=[pb.DataFlow(data="names", direction="out", purpose="to pay", region="eu-west")],
        last_disaster_test=pb.DisasterTest(date="2026-11-20", report="Failed over in a minute."),
        claimed_stage=pb.PROVIDER_STAGE_SHADOW,
        limits=pb.ProviderLimits(requests_per_second=12.5),
        idempotency=pb.ProviderIdempotency(carrier="body:unique_id", on_mismatch="original"),
        coverage=[
            pb.Coverage(
                domain="payouts",
                rails=[1],
                currency_codes=["EUR"],
                final_after_days=60,
                fx_lock=pb.FX_LOCK_QUOTE,
                reversibility=[pb.Reversibility(rail=1, kind=pb.REVERSIBILITY_KIND_UNTIL_CUT_OFF)],
                amount_limits=[pb.AmountLimit(currency_code="EUR", min_minor=100, max_minor=9_999)],
                gaps=["No weekends."],
                features=["in_parts"],
                idempotency=pb.ProviderIdempotency(carrier="none"),
            )
        ],
    )
    provider.coverage[0].fx_lock_duration.FromSeconds(30)
    provider.idempotency.window.FromSeconds(7 * 86_400)

    text = "\n".join(provider_tables.markdown(list(sections([provider]))))

    for said in ("Acme \\| Co", "shadow", "eu-west", "contract team", "technical team", "Hosting Ltd", "to pay",
                 "https://acme.example/subprocessors", "2026-11-20: Failed over in a minute.", "12.5", "7 days",
                 "by body unique_id", "gets the first answer", "after 60 days", "quote, for 30 s", "until cut off",
                 "from 100 to 9999 minor units", "No weekends.", "in_parts", "nothing promised"):  # fmt: skip
        assert said in text


def test_what_a_vendor_could_write_does_not_become_markup() -> None:
    provider = pb.Provider(name="acme", title="<script>alert(1)</script>", contract_owner='"><b>')

    page = Page("\n".join(provider_tables.html(list(sections([provider])))))

    assert not [tag for tag, _ in page.tags if tag in {"script", "b"}]


def test_the_page_is_whole_and_needs_nothing_else(page: Page) -> None:
    assert [] == page.open
    assert not [tag for tag, _ in page.tags if tag in {"link", "script", "img", "iframe"}]
    assert [{"lang": "en"}] == [attributes for tag, attributes in page.tags if tag == "html"]
    assert "width=device-width" in str([attributes for tag, attributes in page.tags if tag == "meta"])


def test_every_table_has_a_name_and_headers_and_can_be_scrolled_by_keyboard(page: Page) -> None:
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    tables = [attributes for tag, attributes in page.tags if tag == "table"]
    regions = [attributes for _, attributes in page.tags if attributes.get("role") == "region"]

    assert tables
    assert {1} == set(ids.values())
    assert {"0"} == {region["tabindex"] for region in regions}
    for each in (*tables, *regions):
        assert each["aria-labelledby"] in ids
    assert all(attributes.get("scope") in {"row", "col"} for tag, attributes in page.tags if tag == "th")
    assert {attributes["href"] for tag, attributes in page.tags if tag == "a"} <= {f"#{name}" for name in ids}
