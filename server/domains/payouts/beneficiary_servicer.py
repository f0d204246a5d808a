"""The BeneficiaryService: checks account details, and keeps those whom the company pays."""

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payouts.v1 import beneficiary_service_pb2 as api
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.type.v1.address_pb2 import Address
from server.domains.payouts import bank_accounts
from server.domains.payouts.beneficiaries import Beneficiaries
from server.kit import countries, ids
from server.kit.clock import Clock
from server.kit.context import current
from server.kit.errors import Violation, fail
from server.kit.paging import PageTokens
from server.store import audit, idempotency
from server.store.engine import Store


class BeneficiaryServicer:
    """corridor.payouts.v1.BeneficiaryService."""

    def __init__(self, store: Store, beneficiaries: Beneficiaries, tokens: PageTokens, clock: Clock) -> None:
        self._store = store
        self._beneficiaries = beneficiaries
        self._tokens = tokens
        self._clock = clock

    def CreateBeneficiary(self, request: api.CreateBeneficiaryRequest, _: grpc.ServicerContext) -> bytes:
        """Store a beneficiary whose account details can be right."""
        context = current()
        verdict = bank_accounts.verdict(request.bank_account)
        violations = [fault.violation("bank_account") for fault in verdict.faults]
        if request.party.HasField("address"):
            violations += _address(request.party.address)
        if violations:
            raise fail(reasons.ERROR_REASON_BANK_ACCOUNT_INVALID, "The details cannot be right.", violations=violations)
        beneficiary = Beneficiary(
            beneficiary_id=ids.new("ben"),
            party=request.party,
            bank_account=verdict.account,
            environment=context.who.environment,
            bank_account_facts=verdict.facts,
        )
        beneficiary.create_time.FromDatetime(self._clock.now())
        with idempotency.once(self._store, context) as (connection, answer):
            self._beneficiaries.insert(connection, context, beneficiary)
            audit.record(connection, context, beneficiary.beneficiary_id)
            return answer(beneficiary.beneficiary_id, api.CreateBeneficiaryResponse(beneficiary=beneficiary))

    def GetBeneficiary(self, request: api.GetBeneficiaryRequest, _: grpc.ServicerContext) -> api.GetBeneficiaryResponse:
        """One beneficiary."""
        context = current()
        context.resource_id = request.beneficiary_id
        found = self._beneficiaries.readable(context, request.beneficiary_id)
        if found is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no beneficiary {request.beneficiary_id}.")
        return api.GetBeneficiaryResponse(beneficiary=found)

    def ListBeneficiaries(
        self, request: api.ListBeneficiariesRequest, _: grpc.ServicerContext
    ) -> api.ListBeneficiariesResponse:
        """A page of beneficiaries."""
        context = current()
        page = self._tokens.page(context, request)
        found = self._beneficiaries.page(context, page.after, page.size + 1)
        response = api.ListBeneficiariesResponse(beneficiaries=found[: page.size])
        if len(found) > page.size:
            response.next_page_token = self._tokens.next(context, request, found[page.size - 1].beneficiary_id)
        return response

    def ValidateBankAccount(
        self, request: api.ValidateBankAccountRequest, _: grpc.ServicerContext
    ) -> api.ValidateBankAccountResponse:
        """The verdict on account details."""
        verdict = bank_accounts.verdict(request.bank_account)
        if verdict.faults:
            violations = [
                api.BankAccountViolation(field=fault.field, description=fault.description, fault=fault.kind)
                for fault in verdict.faults
            ]
            return api.ValidateBankAccountResponse(valid=False, violations=violations)
        return api.ValidateBankAccountResponse(valid=True, normalized=verdict.account, facts=verdict.facts)


def _address(address: Address) -> list[Violation]:
    if countries.exists(address.country_code):
        return []
    return [Violation("party.address.country_code", "must be an ISO 3166-1 alpha-2 code", "iso3166")]
