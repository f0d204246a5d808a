"""What can be found out about an adapter without running its tests: each answer names what is wrong, if anything.

Rule: a claim is disproved, verified, or left as claimed; it is never taken for proved because nothing was looked at.
"""

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import click

from adapters.kit import ports
from adapters.kit.discovery import Provider
from adapters.kit.manifest import ENVIRONMENTS, Exempt, ManifestError, read
from adapters.kit.quality import RULES

_ROOT = Path(__file__).resolve().parents[2]
_FILE_LINES = 300
_FUNCTION_LINES = 60
# Where a provider's name may not stand. Tests and documents of a checkout are looked at by the architecture tests.
_SHARED = ("server", "gateway", "adapters", "proto")
# Ports that serve others, and cover nothing by themselves.
_NO_DOMAIN = frozenset({"grants", "webhooks", "clocks", "targets", "institutions", "listings", "checks"})
_TEXTS = frozenset({".py", ".proto", ".toml", ".sql"})


def verdicts(provider: Provider) -> list[tuple[str, str, str]]:
    """Every quality rule with its verdict (verified, claimed, exempt, todo, disproved), and why."""
    found = []
    for rule, (_, meaning) in RULES.items():
        claim = provider.manifest.quality.get(rule, "todo")
        if isinstance(claim, Exempt):
            found.append((rule, "exempt", claim.reason))
        elif claim == "todo":
            found.append((rule, "todo", meaning))
        elif rule in _CHECKS:
            wrong = _CHECKS[rule](provider)
            found.append((rule, "disproved", wrong) if wrong else (rule, "verified", ""))
        elif rule in _LOOKS and (wrong := _LOOKS[rule](provider)):
            found.append((rule, "disproved", wrong))
        else:
            found.append((rule, "claimed", _ELSEWHERE.get(rule, "the adapter's tests show it")))
    return found


def tests_pass(provider: Provider) -> bool:
    """Run the adapter's own tests and the conformance of its ports. Needs a checkout with the `test` extra."""
    own = _ROOT / "tests" / "adapters" / provider.name
    if not own.is_dir() or importlib.util.find_spec("pytest") is None:
        raise click.ClickException("--tests needs a checkout of Corridor with its test extra: `./corridor setup test`.")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [str(own), str(_ROOT / "tests" / "adapters" / "test_conformance.py"), "-k", provider.name]
    return subprocess.run(command, cwd=_ROOT, check=False).returncode == 0  # noqa: S603 - our own tests, by our own words


def port_classes(module: ModuleType) -> Iterator[type]:
    """The ports of a module: its Protocols that a provider can implement."""
    for name in module.__all__:
        found = getattr(module, name)
        if getattr(found, "_is_protocol", False):
            yield found


def _manifest(provider: Provider) -> str:
    try:
        read(provider.folder / "provider.toml")
    except ManifestError as error:
        return str(error)
    return ""


def _size(provider: Provider) -> str:
    for path in sorted(provider.folder.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        if (lines := len(source.splitlines())) > _FILE_LINES:
            return f"{path.name} has {lines} lines; {_FILE_LINES} are allowed"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > _FUNCTION_LINES:
                    return f"{path.name}:{node.lineno}: {node.name} has {lines} lines; {_FUNCTION_LINES} are allowed"
    return ""


def _contained(provider: Provider) -> str:
    if provider.name in ENVIRONMENTS:
        return ""  # the word means the environment as well, and stands everywhere
    word = re.compile(rf"(?<![a-z])(?i:{provider.name.replace('_', '[ _-]?')})(?![a-z])")
    row = re.compile(rf'^\s*"{provider.name}":', re.MULTILINE)
    for folder in _SHARED:
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix not in _TEXTS or provider.folder in path.parents:
                continue
            # A row of another adapter's table is that vendor's own word for a partner.
            if word.search(row.sub("", path.read_text("utf-8"))):
                return f"{path.relative_to(_ROOT)} names it"
    return ""


def _unwritten(provider: Provider) -> str:
    for path in sorted(provider.folder.glob("*.py")):
        found = re.search(r"NotWritten\(\s*f?\"(.*?)[:\"]", path.read_text(encoding="utf-8"))
        if found:
            return f"{path.name}: NotWritten is still raised by {found[1]}"
    return ""


def _ports(provider: Provider) -> str:
    if unwritten := _unwritten(provider):
        return unwritten
    by_domain = {port.__name__.lower(): port for port in port_classes(ports)}
    for domain in provider.manifest.coverage:
        if domain not in by_domain:
            return f"covers {domain}, for which there is no port"
        if not provider.implements(by_domain[domain]):
            return f"covers {domain}, and does not implement its port"
    for domain, port in by_domain.items():
        if domain not in _NO_DOMAIN and domain not in provider.manifest.coverage and provider.implements(port):
            return f"implements {domain}, and declares no coverage of it"
    return _fixtures(provider)


def _webhooks(provider: Provider) -> str:
    secret = provider.manifest.webhook_secret
    if provider.implements(ports.Webhooks) and secret is None:
        return "no credential is marked as the webhook secret"
    return "" if provider.implements(ports.Webhooks) or secret is None else "does not implement the webhooks port"


def _fixtures(provider: Provider) -> str:
    folder = _ROOT / "tests" / "adapters"
    ours = folder.is_dir() and provider.package.startswith("adapters.")
    if ours and not (folder / provider.name / "fixtures.py").is_file():
        return f"tests/adapters/{provider.name}/fixtures.py is missing, without which conformance cannot be shown"
    return ""


def _idempotency(provider: Provider) -> str:
    return "" if provider.manifest.idempotency.carrier != "none" else "declares that no key reaches the provider"


def _readme(provider: Provider) -> str:
    return "" if (provider.folder / "README.md").is_file() else "there is no README.md"


def _limits(provider: Provider) -> str:
    return "" if provider.manifest.limits.timeout_seconds > 0 else "declares no timeout"


_Check = Callable[[Provider], str]
# What is settled here, one way or the other.
_CHECKS: Mapping[str, _Check] = {"manifest-valid": _manifest, "contained": _contained, "size": _size}
# What no test shows, and where it is to be seen.
_ELSEWHERE = {
    "live-contract-test": "on the word of its owners",
    "credential-probe": "on the word of its owners",
    "runbook": "its README has it",
    "alerts": "on the word of its owners",
    "failover-drill": "on the word of its owners",
    "retirement-steps": "its README has them",
}
# What can be disproved here, and is shown by tests.
_LOOKS: Mapping[str, _Check] = {
    "conformance": _ports,
    "webhooks-verified": _webhooks,
    "same-key-once": _idempotency,
    "limits-declared": _limits,
    "runbook": _readme,
    "retirement-steps": _readme,
}
