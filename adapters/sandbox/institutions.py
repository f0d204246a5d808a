"""Banks and rails at the sandbox: which of them it says that it reaches badly. Encode, send, decode."""

from collections.abc import Mapping, Sequence

from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.mapping import text, timestamp, translate
from adapters.sandbox.wire import send
from corridor.providers.v1 import provider_health_pb2 as health
from corridor.providers.v1.provider_health_pb2 import InstitutionLevel, InstitutionStatus

LEVELS: "Mapping[str, InstitutionLevel.ValueType]" = {
    "operational": health.INSTITUTION_LEVEL_UP,
    "degraded":    health.INSTITUTION_LEVEL_DEGRADED,
    "down":        health.INSTITUTION_LEVEL_DOWN,
}  # fmt: skip


class Institutions:
    """Implements the port Institutions."""

    def institution_statuses(self, call: Call) -> Sequence[InstitutionStatus]:
        """The list, which the sandbox gives as a whole."""
        listed = send(call, "GET", "/v1/institutions")
        if not isinstance(listed, dict) or not isinstance(listed.get("data"), list):
            raise Unmapped("institutions", type(listed).__name__)
        return [
            InstitutionStatus(
                institution_id=text(each.get("institution"), "institution.institution"),
                level=translate(LEVELS, each.get("status"), "institution.status"),
                since_time=timestamp(each.get("since"), "institution.since"),
                reason=text(each.get("reason"), "institution.reason"),
            )
            for each in listed["data"]
        ]
