"""A company's program that speaks HTTP, and payouts as each version asks for them."""

from typing import Any

import httpx

from server.cli.stack import Stack


class Desk:
    """A company's program, which speaks HTTP."""

    def __init__(self, stack: Stack, key: str) -> None:
        self.stack, self.key = stack, key
        self._http = httpx.Client(base_url=stack.gateway_url, timeout=30.0, trust_env=False)

    def send(self, verb: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
        """The answer, whatever it is."""
        headers = {"authorization": f"Bearer {self.key}"} | ({"idempotency-key": key} if key else {})
        return self._http.request(verb, path, json=body, headers=headers)

    def done(self, verb: str, path: str, body: Any = None, key: str = "") -> Any:
        """The body of an answer that must be good."""
        answer = self.send(verb, path, body, key)
        assert answer.is_success, answer.text
        return answer.json()


def old(supplier: str, amount: int = 12_500, **others: Any) -> dict[str, Any]:
    """A payout as the first version asks for it."""
    return {"beneficiary_id": supplier, "amount": euros(amount), "reference": "Invoice 1843"} | others


def new(supplier: str, amount: int = 12_500, **others: Any) -> dict[str, Any]:
    """The same payout as the second version asks for it."""
    return {"beneficiary_id": supplier, "arriving_amount": euros(amount), "statement_text": "Invoice 1843"} | others


def euros(amount: int) -> dict[str, Any]:
    """An amount, as JSON has it."""
    return {"currency_code": "EUR", "amount_minor": str(amount)}
