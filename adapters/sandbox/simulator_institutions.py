"""Banks and rails at the sandbox: it reaches them as its accounts, or whoever controls it, say.

Rule: what an account sets holds for that account; what the control API sets holds for all.
"""

from adapters.kit.simulator import Answer, Refused, Request
from adapters.sandbox.simulator_core import Core

_WORDS = ("operational", "degraded", "down")
EVERYBODY = ""


class Institutions(Core):
    """The sandbox's list of banks and rails that it does not reach as usual."""

    def list_institutions(self, request: Request) -> Answer:
        """Everything that is said of banks and rails to the account."""
        account = self.authorise(request)
        found = {
            kept["data"]["institution"]: kept["data"]
            for owner in (EVERYBODY, account)
            for kept in self.store.all("institution")
            if kept["account"] == owner
        }
        return Answer(200, {"data": list(found.values())})

    def set_institution(self, request: Request) -> Answer:
        """Let the account reach a bank or rail so from now on."""
        account, wanted = self.authorise(request), self.read(request, {"institution", "status"}, {"reason"})
        if wanted["status"] not in _WORDS:
            raise Refused(self.invalid("status", f"not one of {', '.join(_WORDS)}"))
        return Answer(
            200, self.put_institution(account, wanted["institution"], wanted["status"], wanted.get("reason", ""))
        )

    def put_institution(self, account: str, institution: str, status: str, reason: str = "") -> dict[str, str]:
        """Write down how a bank or rail is reached."""
        data = {
            "institution": institution,
            "status": status,
            "since": self.stamp(),
            "reason": reason or f"it is {status}",
        }
        self.store.put("institution", f"{account}:{institution}", {"account": account, "data": data})
        return data
