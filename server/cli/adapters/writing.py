"""What `corridor adapter new` writes: the files of an adapter, by path, from the templates beside this file.

Rule: everything imports, and what is not written yet says so when it is reached; nothing pretends to work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from server.cli.adapters import stubs

_TEMPLATES = Path(__file__).parent / "templates"
_STATES = {
    "payouts": ("corridor.payouts.v1.payout_pb2", "PayoutState", "PAYOUT_STATE_PENDING"),
    "payments": ("corridor.payments.v1.payment_observation_pb2", "PaymentStepState", "PAYMENT_STEP_STATE_SUCCEEDED"),
    "refunds": ("corridor.payments.v1.payment_observation_pb2", "PaymentStepState", "PAYMENT_STEP_STATE_SUCCEEDED"),
    "disputes": ("corridor.payments.v1.dispute_pb2", "DisputeState", "DISPUTE_STATE_WON"),
}
"""The domains in which a provider has states: where ours are, and one of them."""

_COVERAGE = {
    "payouts": 'rails = ["ach"]\ncurrencies = ["USD"]\nfinal = false                             # whether what is '
    'settled stays settled\ngaps = []\nreversibility = "none"\nfx_lock = "none"\n',
    "payments": 'currencies = ["USD"]\nfinal = false\ngaps = []\nreversibility = "refund"\nfx_lock = "none"\n'
    "# What it can do of what a provider may or may not: see FEATURES in adapters/kit/manifest_coverage.py.\n"
    "features = []\n",
    "refunds": 'currencies = ["USD"]\nfinal = true\ngaps = []\nreversibility = "none"\nfx_lock = "none"\n',
    "disputes": 'currencies = ["USD"]\nfinal = true\ngaps = []\nreversibility = "none"\nfx_lock = "none"\n',
}
_STORIES = {
    "payouts": "        payout = made.payout()\n        made.create(payout, base_url=wire.url)\n"
    "        made.look_up(payout, base_url=wire.url)\n",
    "payments": "        payment_bench.authorise(made, payment_bench.payment(made), base_url=wire.url)\n",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written. `package` is the name by which the adapter is imported."""

    name: str
    title: str
    ports: Sequence[str]
    owner: str
    package: str

    @property
    def values(self) -> Mapping[str, str]:
        """What stands in every template."""
        camel = "".join(part.capitalize() for part in self.name.split("_"))
        return {
            "name": self.name,
            "title": self.title,
            "owner": self.owner,
            "package": self.package,
            "ports": ", ".join(self.ports),
            "klass": f"{camel}Simulator",
            "dashed": self.name.replace("_", "-"),
            "purpose": f"to use its {' and '.join(self.ports)}",
        }


def files(plan: Plan) -> dict[str, str]:
    """The files of the adapter's own folder, by name."""
    domains = [port for port in plan.ports if port in _STATES]
    coverage = "".join(f"\n[coverage.{port}]\n{_COVERAGE[port]}" for port in domains) or "\n[coverage]\n"
    return {
        "__init__.py": f'"""{plan.title}: {", ".join(plan.ports)}."""\n',
        "provider.toml": _rendered("provider.toml", plan, coverage=coverage),
        "adapter.py": _adapter(plan),
        "mapping.py": _mapping(plan, domains),
        "simulator.py": _rendered("simulator.py", plan),
        "README.md": _rendered("README.md", plan),
    }


def tests(plan: Plan) -> dict[str, str]:
    """The files of the adapter's folder of tests, by name."""
    made = {"fixtures.py": _fixtures(plan), **mapping_test(plan)}
    story = "".join(_STORIES.get(port, "") for port in plan.ports)
    if story:
        needed = {
            "adapters.kit.discovery": {"providers"},
            f"tests.adapters.{plan.name}.fixtures": {"FIXTURES"},
            "tests.adapters.judging.recorder": {"recording"},
            "tests.adapters.judging.vendor_document": {"Document", "judged"},
            "tests.conformance.bench": {"bench"},
        }
        if "payment_bench" in story:
            needed["tests.conformance"] = {"payment_bench"}
        imports = "import pytest\n\n" + stubs.import_lines(needed)
        contract = _rendered("test_contract.py", plan, story=story, imports=imports)
        made[f"test_{plan.name}_contract.py"] = contract
    return made


def mapping_test(plan: Plan) -> dict[str, str]:
    """The test of the tables, where there are any."""
    has_states = any(port in _STATES for port in plan.ports)
    needed = {"adapters.kit.errors": {"Unmapped"}, plan.package: {"mapping"}}
    text = _rendered("test_mapping.py", plan, imports=stubs.import_lines(needed))
    return {f"test_{plan.name}_mapping.py": text} if has_states else {}


def pyproject(plan: Plan) -> str:
    """What makes the adapter a package that can be installed."""
    return _rendered("pyproject.toml", plan)


def _rendered(template: str, plan: Plan, **more: str) -> str:
    text = (_TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute({**plan.values, **more})


def _adapter(plan: Plan) -> str:
    source, needed = stubs.methods(plan.ports)
    needed.setdefault("adapters.kit.errors", set()).add("NotWritten")
    klass = plan.values["klass"].removesuffix("Simulator")
    ports = " and ".join(", ".join(stubs.known_ports()[port].__name__ for port in plan.ports).rsplit(", ", 1))
    return (
        f'"""{plan.title}: {", ".join(plan.ports)}.\n\n'
        'Every method is encode, send, decode; what words mean stands in `mapping.py`.\n"""\n\n'
        f"{stubs.import_lines(needed)}\n\n\n"
        f'class {klass}:\n    """Implements the ports {ports}."""\n\n'
        f"{source}\n\n\nADAPTER = {klass}()\n"
    )


def _mapping(plan: Plan, domains: Sequence[str]) -> str:
    if not domains:
        return _rendered("mapping.py", plan, imports="from typing import Any", tables="")
    module, enum, example = _STATES[domains[0]]
    needed = {
        "typing": {"Any"},
        "adapters.kit.errors": {"Unmapped"},
        "adapters.kit.mapping": {"translate"},
        module: {enum},
    }
    tables = (
        "\n# The vendor's own enumeration, every word of it; say on which page, and when you read it.\n"
        f'# As in: "processing": {enum}.{example},\n'
        f'STATES: dict[str, "{enum}.ValueType"] = {{}}\n\n\n'
        f'def state(answer: Any) -> "{enum}.ValueType":\n'
        '    """The state in which the vendor says that something is."""\n'
        "    if not isinstance(answer, dict):\n"
        '        raise Unmapped("answer", type(answer).__name__)\n'
        '    return translate(STATES, answer.get("status"), "status")\n'
    )
    return _rendered("mapping.py", plan, imports=stubs.import_lines(needed), tables=tables)


def _fixtures(plan: Plan) -> str:
    needed: dict[str, set[str]] = {"tests.conformance.bench": {"Fixtures"}}
    fields = ""
    if "payouts" in plan.ports:
        needed["corridor.payouts.v1.payout_pb2"] = {"PayoutState"}
        needed["corridor.type.v1.rail_pb2"] = {"Rail"}
        fields += (
            '    create="create_transfer",  # operations of the simulator\n    look_up="list_transfers",\n'
            '    amounts=((Rail.RAIL_ACH, "USD"),),\n    words={\n'
            '        PayoutState.PAYOUT_STATE_PENDING: "the vendor\'s word",\n'
            '        PayoutState.PAYOUT_STATE_SETTLED: "the vendor\'s word",\n'
            '        PayoutState.PAYOUT_STATE_RETURNED: "the vendor\'s word",\n    },\n'
        )
    if "webhooks" in plan.ports:
        fields += '    signature_header="webhook-signature",\n    time_is_signed=True,\n'
    if "payments" in plan.ports:
        needed.setdefault("tests.conformance.fixtures", set()).add("PaymentFixtures")
        fields += (
            '    payments=PaymentFixtures(\n        authorise="authorise",  # operations of the simulator\n'
            '        capture="capture",\n        void="void",\n        look_up="look_up",\n'
            '        token="tok_approved",\n'
            '        amounts=(("USD", 12_340),),\n    ),\n'
        )
    if "refunds" in plan.ports:
        needed.setdefault("tests.conformance.fixtures", set()).add("RefundFixtures")
        fields += '    refunds=RefundFixtures(create="create_refund", look_up="get_refund"),\n'
    return _rendered("fixtures.py", plan, imports=stubs.import_lines(needed), fields=fields)
