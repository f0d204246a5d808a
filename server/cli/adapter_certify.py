"""`corridor adapter certify`: checks and tests an adapter, and records the run at the server that is to use it.

Rule: what is recorded is what was found; whether it passes is for the server to say.
"""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import click

from server.cli import client

if TYPE_CHECKING:
    from adapters.kit.discovery import Provider
    from corridor.providers.v1.certification_pb2 import Certification
    from corridor.providers.v1.provider_service_pb2 import RecordCertificationRequest

_ROOT = Path(__file__).resolve().parents[2]


@click.command()
@click.argument("name")
@client.options
@click.option("--dry-run", is_flag=True, help="Check and test, and record nothing.")
def certify(name: str, key: str, address: str, dry_run: bool) -> None:
    """Check adapter NAME, run its tests and the conformance of its ports, and record the run.

    A provider goes live only with a passing run of the adapter that the server runs: the same files. The run is
    recorded for the company and environment of the key, which needs providers:manage. Exit code 1 if it does not pass.

    \b
    Example: corridor adapter certify sandbox --key "$CORRIDOR_KEY"
    """
    from adapters.kit.discovery import providers

    found = providers()
    if name not in found:
        raise click.ClickException(f"there is no adapter {name!r}: there are {', '.join(found)}.")
    request = _run(found[name])
    if dry_run:
        run = _judged(request)
    else:
        from server.kit import contract

        method = contract.methods()["/corridor.providers.v1.ProviderService/RecordCertification"]
        with client.Client(address, key) as caller:
            response, _ = caller.call(method, request, client.new_key())
        run = response.certification
    _tell(run)
    if not run.passed:
        raise click.ClickException("the run does not pass: `corridor adapter check` says what is left.")


def _run(provider: "Provider") -> "RecordCertificationRequest":
    """What is found about an adapter now."""
    from adapters.kit.fingerprint import fingerprint
    from corridor.providers.v1.certification_pb2 import CertificationVerdict, VerdictKind
    from corridor.providers.v1.provider_service_pb2 import RecordCertificationRequest
    from server.cli import adapter_checks

    before = fingerprint(provider.folder)
    verdicts = [
        CertificationVerdict(rule=rule, kind=VerdictKind.Value(f"VERDICT_KIND_{kind.upper()}"), detail=why[:1000])
        for rule, kind, why in adapter_checks.verdicts(provider)
    ]
    passed, count = tests_of(provider)
    if fingerprint(provider.folder) != before:
        raise click.ClickException("the adapter was changed while it was tested: run it again.")
    return RecordCertificationRequest(
        name=provider.name, adapter_digest=before, verdicts=verdicts, tests_passed=passed, test_count=count
    )


def tests_of(provider: "Provider") -> tuple[bool, int]:
    """Run the adapter's own tests and the conformance of its ports: whether they passed, and how many did."""
    own = _ROOT / "tests" / "adapters" / provider.name
    if not own.is_dir() or importlib.util.find_spec("pytest") is None:
        raise click.ClickException("a run needs a checkout of Corridor with its test extra: `./corridor setup test`.")
    suites = [str(path) for path in sorted((_ROOT / "tests" / "adapters").glob("test_*conformance*.py"))]
    with tempfile.TemporaryDirectory(prefix="corridor-certify-") as directory:
        report = Path(directory, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        command += [str(own), *suites, "-k", provider.name]
        done = subprocess.run(command, cwd=_ROOT, check=False, stdout=sys.stderr)  # noqa: S603 - our own tests, by our own words
        return done.returncode == 0, _passed(report) if report.is_file() else 0


def _passed(report: Path) -> int:
    suites = ElementTree.parse(report).getroot().iter("testsuite")  # noqa: S314 - written by our own process just now
    return sum(
        int(suite.get("tests", 0)) - sum(int(suite.get(kind, 0)) for kind in ("failures", "errors", "skipped"))
        for suite in suites
    )


def _judged(request: "RecordCertificationRequest") -> "Certification":
    from corridor.providers.v1.certification_pb2 import Certification
    from server.platform.providers import certifications

    run = Certification(
        provider=request.name,
        adapter_digest=request.adapter_digest,
        verdicts=request.verdicts,
        tests_passed=request.tests_passed,
        test_count=request.test_count,
    )
    run.passed = certifications.passes(run)
    return run


def _tell(run: "Certification") -> None:
    from collections import Counter

    from corridor.providers.v1.certification_pb2 import VerdictKind
    from server.cli.screen import Screen

    screen = Screen()
    screen.heading(f"{run.provider}: {'passed' if run.passed else 'not passed'}")
    counts = Counter(VerdictKind.Name(each.kind).removeprefix("VERDICT_KIND_").lower() for each in run.verdicts)
    screen.fact("rules", ", ".join(f"{count} {word}" for word, count in sorted(counts.items())))
    screen.fact("tests", f"{run.test_count} passed{'' if run.tests_passed else ', and some did not'}")
    screen.fact("adapter", run.adapter_digest)
    screen.fact("recorded", run.certification_id or "no: a dry run")
