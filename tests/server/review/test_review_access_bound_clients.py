"""A client whose tokens must be bound to its certificate gets none without it, whatever else it proves."""

from joserfc.jwk import ECKey

from tests.server.oauth import oauth_client as oauth
from tests.serving import Running


def test_a_proof_of_another_key_does_not_stand_in_for_the_certificate(corridor: Running) -> None:
    client = oauth.make(corridor, certificate_bound_access_tokens=True)

    answered = client.token(dpop=oauth.proof(ECKey.generate_key("P-256")))

    assert "invalid_request" == answered.error


def test_a_token_can_be_bound_to_both(corridor: Running) -> None:
    der, _ = oauth.certificate()
    client = oauth.make(corridor, certificate_bound_access_tokens=True, certificate=der)

    answered = client.token(dpop=oauth.proof(ECKey.generate_key("P-256")))

    assert {"jkt", "x5t#S256"} == oauth.read(answered.token)[1]["cnf"].keys()
