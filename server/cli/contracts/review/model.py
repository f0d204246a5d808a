"""What a review is made of: rules, changes with their verdicts, who is touched by each, and the review as a whole.

Rule: a change names its rule, and the rule alone says what kind of change it is and how to do it compatibly.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, IntEnum

from google.protobuf.descriptor_pb2 import FileDescriptorSet


class Verdict(IntEnum):
    """What a change asks of callers. The highest of all changes is that of the review."""

    ADDITIVE = 0
    """Nothing: everything that worked goes on working."""
    NOTICE = 1
    """To be told in time: some calls are answered differently, or will be one day."""
    BREAKING = 2
    """To change their programs, before or with it."""


class Kind(Enum):
    """Where a change shows."""

    WIRE = "wire"
    """In the bytes of gRPC callers."""
    SOURCE = "source"
    """In the code that is generated for callers."""
    REST = "rest"
    """In what HTTP callers send and read."""
    MEANING = "meaning"
    """In what is asked of callers, or promised to them, while the types stay as they are."""
    DOCS = "docs"
    """In words alone."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of change, as it is judged wherever it is found."""

    id: str
    """Such as `FIELD_NO_DELETE` for buf's own rules, `REST_PATH_CHANGED` or `SCOPE_ADDED` for ours."""
    kind: Kind
    verdict: Verdict
    title: str
    """A short sentence for people: what changed."""
    why: str
    """One sentence: what it does to callers."""
    instead: str
    """One sentence: how to do it compatibly, or what to do besides. Empty where there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands in the text of one side. Lines count from 1; 0 where it is not known."""

    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has used what changes, in the days that were counted."""

    company_id: str
    environment: str
    kind: str
    id: str
    title: str
    calls: int
    last_date: str


@dataclass(frozen=True, slots=True)
class Touched:
    """Who is touched by a change, as far as it is known. `callers` is None where no counts were given."""

    adapters: tuple[str, ...] = ()
    """Such as `sandbox (reads)`."""
    flows: tuple[str, ...] = ()
    """Files of the server that read or write it."""
    events: tuple[str, ...] = ()
    """Event types whose payload holds it, with the version: `payout.settled (v1)`."""
    examples: tuple[str, ...] = ()
    """Documents and samples that show it."""
    callers: tuple[Caller, ...] | None = None
    perhaps: int = 0
    """How many more called, and were not seen to use it: fields are looked for in some calls only."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """Somebody's word that a change may be made all the same."""

    rule: str
    element: str
    owner: str
    reason: str
    expires: date


@dataclass(slots=True)
class Change:
    """One change of one element."""

    rule: Rule
    element: str
    """Full name, such as `corridor.payouts.v1.Payout.reference`; of an RPC with its service."""
    detail: str
    """What changed this time, in one sentence with the values before and after."""
    before: str = ""
    """The value or text before, for showing side by side; empty for what is new."""
    after: str = ""
    before_place: Place = Place()
    after_place: Place = Place()
    verdict: Verdict | None = None
    """Where this one is judged differently than its rule usually is."""
    touched: Touched = field(default_factory=Touched)
    owners: tuple[str, ...] = ()
    exemption: Exemption | None = None

    @property
    def judged(self) -> Verdict:
        """The verdict that counts."""
        return self.rule.verdict if self.verdict is None else self.verdict


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two revisions that are compared."""

    title: str
    """As it was asked for: a git ref, a folder, an image."""
    image: FileDescriptorSet
    """With comments and positions where it was compiled from text; options are unknown fields, to be read by a pool."""
    texts: Mapping[str, str]
    """The .proto files by their name in the image, such as `corridor/payouts/v1/payout.proto`; empty for an image."""


@dataclass(slots=True)
class Review:
    """Everything that a reviewer is told."""

    before: Side
    after: Side
    changes: list[Change]
    days: int = 0
    """Of how many days callers were counted; 0 where no counts were given."""
    expired: tuple[Exemption, ...] = ()
    """Exemptions that no longer hold."""
    unused: tuple[Exemption, ...] = ()
    """Exemptions that no change needs."""

    @property
    def verdict(self) -> Verdict:
        """The verdict over all changes that nobody exempted."""
        return max((each.judged for each in self.changes if each.exemption is None), default=Verdict.ADDITIVE)
