"""The command: reports go to standard output, and the exit code tells whether anything reaches the threshold."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli.contracts import contracts, image
from tests.contracts.parcels import changed, folder

ADDED = changed(("  // What it weighs", "  // How long it is.\n  int32 length_mm = 9;\n  // What it weighs"))
NOTICE = changed(("seconds: 2 nanos: 500000000", "seconds: 1"))
BROKEN = changed(("int32 weight_grams = 1;", "reserved 1;"))

EXCEPTIONS = """
[[exception]]
rule = "FIELD_NO_DELETE"
element = "corridor.parcels.v1.GetParcelResponse.weight_grams"
owner = "@parcels"
reason = "Nobody reads it."
expires = {day}
"""


@pytest.fixture(scope="module")
def parcels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Checkouts by what has changed in them."""
    texts = {"base": changed(), "added": ADDED, "notice": NOTICE, "broken": BROKEN}
    return {name: str(folder(tmp_path_factory.mktemp(name), text)) for name, text in texts.items()}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(contracts, ["diff", *arguments])


@pytest.mark.parametrize(
    ("head", "threshold", "expected"),
    [
        ("base", "notice", 0),
        ("added", "notice", 0),
        ("notice", "breaking", 0),
        ("notice", "notice", 1),
        ("broken", "notice", 1),
    ],
)
def test_the_exit_code_follows_the_threshold(parcels: dict[str, str], head: str, threshold: str, expected: int) -> None:
    result = run(parcels["base"], parcels[head], "--fail-on", threshold)

    assert (expected, "") == (result.exit_code, result.stderr)
    assert result.stdout


def test_breaking_is_what_fails_by_default(parcels: dict[str, str]) -> None:
    assert 0 == run(parcels["base"], parcels["notice"]).exit_code
    assert 1 == run(parcels["base"], parcels["broken"]).exit_code


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("nothing", "{base}"), "Error: 'nothing' is no revision: "),
        (("{base}", "{empty}"), "holds no contracts: "),
        (("{base}", "{wrong}"), "do not compile:\nproto/corridor/parcels/v1/parcel_service.proto:12:3: "),
        ((), "Missing argument 'BASE'"),
        (("{base}", "{base}", "--format", "pdf"), "'pdf' is not one of"),
        (("{base}", "{base}", "--fail-on", "additive"), "'additive' is not one of"),
        (("{base}", "{base}", "--exceptions", "{empty}/none"), "does not exist"),
        (("{base}", "{base}", "--exceptions", "{lines}"), "cannot be read: "),
        (("{base}", "{base}", "--owners", "{lines}"), "line 1: nobody has no owner: "),
        (("{base}", "{base}", "--usage", "{lines}"), "holds no usage counts"),
        (("{base}", "{base}", "-o", "{empty}/no/file"), "cannot be written: "),
    ],
)
def test_wrong_use_is_told_on_stderr_with_a_code_of_its_own(
    parcels: dict[str, str], tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    (tmp_path / "lines").write_text("nobody\n")
    (tmp_path / "empty").mkdir()
    wrong = folder(tmp_path / "wrong", changed(("  // GetParcel reads", "  nonsense // GetParcel reads")))
    places = {"empty": tmp_path / "empty", "lines": tmp_path / "lines", "wrong": wrong, **parcels}

    result = run(*(argument.format_map(places) for argument in arguments))

    assert (2, "") == (result.exit_code, result.stdout)
    assert expected in result.stderr


def test_an_approved_exception_lets_a_break_pass_and_shows_it(parcels: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "EXCEPTIONS").write_text(EXCEPTIONS.format(day="2026-11-30"))

    result = run(parcels["base"], parcels["broken"], "--exceptions", str(tmp_path / "EXCEPTIONS"))

    assert 0 == result.exit_code
    assert "weight_grams" in result.stdout
    assert "Nobody reads it." in result.stdout


def test_an_expired_exception_no_longer_helps_and_is_told_of(parcels: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "EXCEPTIONS").write_text(EXCEPTIONS.format(day="2025-01-31"))

    result = run(parcels["base"], parcels["broken"], "--exceptions", str(tmp_path / "EXCEPTIONS"))

    assert 1 == result.exit_code
    assert "2025-01-31" in result.stdout


def test_owners_are_named(parcels: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "OWNERS").write_text("corridor.parcels.* @parcels\n")

    result = run(parcels["base"], parcels["broken"], "--owners", str(tmp_path / "OWNERS"))

    assert "@parcels" in result.stdout


@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif", "html"])
def test_every_form_names_the_element_and_can_go_to_a_file(parcels: dict[str, str], tmp_path: Path, form: str) -> None:
    result = run(parcels["base"], parcels["broken"], "--format", form, "-o", str(tmp_path / "report"))

    assert (1, "", "") == (result.exit_code, result.stdout, result.stderr)
    written = (tmp_path / "report").read_text()
    assert "weight_grams" in written
    assert form not in ("json", "sarif") or json.loads(written)


def test_an_image_that_was_written_is_compared_like_its_checkout(parcels: dict[str, str], tmp_path: Path) -> None:
    file = str(tmp_path / "parcels.binpb")
    made = CliRunner().invoke(contracts, ["image", parcels["base"], "-o", file])

    result = run(file, parcels["broken"], "--format", "json")

    assert (0, "") == (made.exit_code, made.stdout)
    assert image.read(Path(file).read_bytes()).file
    assert 1 == result.exit_code
    assert "weight_grams" in result.stdout
