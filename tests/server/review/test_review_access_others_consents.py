"""What a person lets a client do rests on that person's consent, whatever consent the client names."""

from tests.server import people
from tests.server.consents import given
from tests.server.oauth import oauth_client as oauth
from tests.serving import Running

CREATE = "PayoutService/CreatePayout"


def test_a_persons_token_makes_no_payout_under_another_persons_consent(corridor: Running) -> None:
    owner = corridor.client()
    app = oauth.make(corridor, owner)
    mine = given.grant(owner)
    others = given.grant(owner, purpose="Something else")
    token = app.exchange(app.code("eu_mine", mine.consent_id, scope="payouts:create")).token
    person, beneficiary_id = app.caller(token), people.beneficiary(owner)

    request = people.create(beneficiary_id, consent_id=others.consent_id)
    refusal = people.refused(person, CREATE, request, key=people.new_key())
    made = [
        person.call(CREATE, people.create(beneficiary_id, **named), key=people.new_key()).payout.consent_id
        for named in ({}, {"consent_id": mine.consent_id})
    ]

    assert "PERMISSION_DENIED" == refusal.reason
    assert [mine.consent_id] * 2 == made
