"""The house stays as it was planned: who may import whom, how long things may be, and where a vendor may be named.

Every rule is also shown a wrong example, because a checker that cannot fail proves nothing.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.kit import discovery
from tests.architecture import house

# Files that may be longer than 300 lines, and why.
LONG_FILES: dict[str, str] = {}
# Functions that may be longer than 60 lines, and why.
LONG_FUNCTIONS: dict[str, str] = {}

Rule = Callable[[Path, str], list[str]]


def broken(rule: Rule, *folders: str) -> list[str]:
    """Everything below the folders that breaks the rule."""
    return [line for path in house.sources(*folders) for line in rule(path, (house.ROOT / path).read_text())]


def test_imports_go_one_way() -> None:
    assert [] == broken(house.wrong_imports, "gen", "server", "adapters", "gateway")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("gen/corridor/type/v1/money_pb2.py", "from server.kit import money"),
        ("adapters/kit/call.py", "from adapters.one_pay import mapping"),
        ("adapters/kit/call.py", "import server.kit.ids"),
        ("adapters/one_pay/adapter.py", "from adapters.two_pay import mapping"),
        ("adapters/one_pay/adapter.py", "from ..two_pay import mapping"),
        ("gateway/app.py", "from server.kit import ids"),
        ("gateway/app.py", "from adapters.kit import errors"),
        ("server/app.py", "from adapters import one_pay"),
        ("server/app.py", "importlib.import_module('adapters.one_pay')"),
        ("server/app.py", "import gateway"),
        ("server/app.py", "from tests import database"),
        ("server/kit/ids.py", "from server.store import engine"),
        ("server/store/engine.py", "from server.platform.metrics import Metrics"),
        ("server/platform/metrics.py", "from server.domains.payouts import flows"),
        ("server/platform/metrics.py", "from server.interceptors.auth import Auth"),
        ("server/interceptors/auth.py", "from server.domains.payouts import policy"),
        ("server/domains/payouts/flows.py", "from server.domains.cards import flows"),
        ("server/domains/payouts/flows.py", "from server import app"),
        ("server/app.py", "def later():\n    from server.cli import main"),
        ("server/attic.py", "from server.kit import ids"),
    ],
)
def test_an_import_that_goes_another_way_is_refused(path: str, line: str) -> None:
    assert 1 == len(house.wrong_imports(Path(path), line))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("adapters/one_pay/adapter.py", "from adapters.one_pay import mapping"),
        ("adapters/one_pay/adapter.py", "from adapters.kit.call import Call"),
        ("server/platform/providers/invoke.py", "from adapters.kit.errors import Unknown"),
        ("server/domains/payouts/flows.py", "from server.domains.payouts import policy"),
        ("server/interceptors/auth.py", "from server.platform.metrics import Metrics"),
        ("server/store/engine.py", "from server import settings"),
        ("server/worker.py", "from server import app"),
        ("tests/serving.py", "from server import app"),
    ],
)
def test_an_import_that_goes_the_planned_way_is_let_through(path: str, line: str) -> None:
    assert [] == house.wrong_imports(Path(path), line)


def test_no_file_is_too_long() -> None:
    found = broken(house.long_file, *house.HANDWRITTEN)

    assert [] == [line for line in found if line.partition(":")[0] not in LONG_FILES]


def test_no_function_is_too_long() -> None:
    found = broken(house.long_functions, *house.HANDWRITTEN)

    assert [] == [line for line in found if line.partition(":")[0] not in LONG_FUNCTIONS]


def test_every_exception_to_size_is_still_needed() -> None:
    files = {line.partition(":")[0] for line in broken(house.long_file, *house.HANDWRITTEN)}
    functions = {line.partition(":")[0] for line in broken(house.long_functions, *house.HANDWRITTEN)}

    assert set() == LONG_FILES.keys() - files
    assert set() == LONG_FUNCTIONS.keys() - functions


def test_a_file_and_a_function_that_are_too_long_are_refused() -> None:
    body = "def long():\n" + "    pass\n" * house.FUNCTION_LINES

    assert ["x.py:1: long has 61 lines"] == house.long_functions(Path("x.py"), body)
    assert ["x.py: 301 lines"] == house.long_file(Path("x.py"), "\n" * 301)


def test_every_file_says_what_it_is_for() -> None:
    assert [] == broken(house.missing_docstring, *house.HANDWRITTEN)


@pytest.mark.parametrize("source", ["", "import os\n", '"""\n' + "line\n" * 7 + '"""\n'])
def test_a_file_that_says_nothing_or_too_much_is_refused(source: str) -> None:
    assert 1 == len(house.missing_docstring(Path("x.py"), source))


def test_every_suppression_carries_its_rule_and_its_reason() -> None:
    assert [] == broken(house.unreasoned_suppressions, *house.HANDWRITTEN)


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: S603",
        "# type: ignore",
        "# type: ignore[arg-type]",
        "# type: ignore # because",
        "# ruff: noqa",
    ],
)
def test_a_suppression_without_rule_or_reason_is_refused(comment: str) -> None:
    assert [f"x.py:1: {comment}"] == house.unreasoned_suppressions(Path("x.py"), f"x = 1  {comment}\n")


def test_a_suppression_with_rule_and_reason_is_let_through() -> None:
    source = "x = 1  # noqa: S603 - no shell\ny = 2  # type: ignore[arg-type] # an enum's number\n"

    assert [] == house.unreasoned_suppressions(Path("x.py"), source)


def test_a_provider_is_named_in_its_own_two_folders_only() -> None:
    written = [(path, (house.ROOT / path).read_text()) for path in house.texts(*house.HANDWRITTEN, "proto", ".ci")]
    vendors = discovery.providers().keys() - {"sandbox"}  # that is the name of an environment as well

    assert vendors
    assert [] == [
        line for name in sorted(vendors) for path, text in written for line in house.strayed_vendor(path, text, name)
    ]


@pytest.mark.parametrize(
    "text", ["one_pay", "OnePay", "One Pay", "ONE_PAY_KEY", "one-pay", "OnePayAdapter", "x.one_pay"]
)
def test_a_provider_named_elsewhere_is_refused(text: str) -> None:
    assert [f"server/app.py:1: {text}"] == house.strayed_vendor(Path("server/app.py"), text, "one_pay")
    assert [] == house.strayed_vendor(Path("adapters/one_pay/adapter.py"), text, "one_pay")
    assert [] == house.strayed_vendor(Path("tests/adapters/one_pay/fixtures.py"), text, "one_pay")


def test_a_vendor_s_own_word_for_another_vendor_is_a_row_of_its_table_and_nothing_else() -> None:
    row = '    "one_pay": OTHER,'

    assert [] == house.strayed_vendor(Path("adapters/two_pay/returns.py"), row, "one_pay")
    assert 1 == len(house.strayed_vendor(Path("server/app.py"), row, "one_pay"))
    assert 1 == len(house.strayed_vendor(Path("adapters/two_pay/returns.py"), f"if x == {row}", "one_pay"))


def test_a_word_that_only_contains_a_providers_name_is_none() -> None:
    assert [] == house.strayed_vendor(Path("server/app.py"), "an unacmed, acmeish word", "acme")


def test_links_between_documents_lead_somewhere() -> None:
    documents = [path for path in house.texts(*house.HANDWRITTEN, "proto") if path.suffix == ".md"]

    assert [] == [line for path in documents for line in house.dead_links(path, (house.ROOT / path).read_text())]


def test_a_dead_link_is_refused() -> None:
    assert ["README.md: gone/README.md"] == house.dead_links(Path("README.md"), "[there](gone/README.md)")
    assert [] == house.dead_links(Path("README.md"), "[here](pyproject.toml#L1) [out](https://example.com)")
