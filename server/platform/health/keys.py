"""What a breaker belongs to: one company's use of one operation of a provider, at one address, called from one region.

Rule: no company can open another one's breaker, or learn of its traffic, though their calls meet the same machines; and
what sandboxes do opens nothing in the live environment, though some providers serve both at one address.
"""

import hashlib
from dataclasses import dataclass

from server.platform.providers.gates import Destination


@dataclass(frozen=True, slots=True)
class Key:
    """One breaker."""

    provider: str
    address: str
    operation: str
    region: str
    owner: str
    """The company whose calls it counts."""
    environment: int

    @property
    def place(self) -> str:
        """The address as it is stored: a company may have written anything into it."""
        return hashlib.blake2b(self.address.encode(), digest_size=16).hexdigest()

    @property
    def digest(self) -> str:
        """The breaker's name in the database: the same in every process."""
        parts = (self.provider, self.address, self.operation, self.region, self.owner, str(self.environment))
        text = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        return hashlib.blake2b(text, digest_size=16).hexdigest()


def key(to: Destination, region: str) -> Key:
    """The breaker that a call to a destination meets."""
    return Key(to.provider, to.address, to.operation, region, to.company_id, to.environment)
