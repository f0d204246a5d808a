-- Takes OAuth 2.0 back: its clients, grants, tokens and signing keys are gone.

DROP FUNCTION corridor.forget_oauth_leftovers, corridor.forget_oauth_signing_keys, corridor.add_oauth_signing_key,
    corridor.oauth_signing_keys, corridor.oauth_token_standing, corridor.find_oauth_authorization,
    corridor.expiring_oauth_credentials, corridor.find_oauth_client;
DROP TABLE corridor.oauth_signing_keys, corridor.oauth_proofs, corridor.oauth_revoked_tokens,
    corridor.oauth_refresh_tokens, corridor.oauth_codes, corridor.oauth_grants, corridor.oauth_authorizations,
    corridor.oauth_client_secrets, corridor.oauth_clients;
