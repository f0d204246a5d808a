"""What of OAuth clients ends by itself: secrets with an end, and certificates in key sets."""

from corridor.access.v1.credential_pb2 import CredentialKind
from server.platform.access.inventory import Query

_TENANTS = "SELECT company_id, environment FROM corridor.expiring_oauth_credentials(%s, %s)"

SECRETS = Query(
    CredentialKind.CREDENTIAL_KIND_OAUTH_CLIENT_SECRET,
    _TENANTS,
    # A secret that was rotated ends as it should: it is named for as long as its programs can still change over.
    """
    SELECT s.oauth_client_secret_id, 'secret of ' || s.oauth_client_id, s.expire_time
    FROM corridor.oauth_client_secrets s JOIN corridor.oauth_clients c USING (company_id, environment, oauth_client_id)
    WHERE s.company_id = corridor.bound_company() AND s.environment = corridor.bound_environment()
        AND s.expire_time > %s AND s.expire_time <= %s AND c.delete_time IS NULL
    """,
)
CERTIFICATES = Query(
    CredentialKind.CREDENTIAL_KIND_OAUTH_CLIENT_CERTIFICATE,
    _TENANTS,
    """
    SELECT oauth_client_id, 'certificate', certificate_expire_time FROM corridor.oauth_clients
    WHERE company_id = corridor.bound_company() AND environment = corridor.bound_environment()
        AND certificate_expire_time > %s AND certificate_expire_time <= %s AND delete_time IS NULL
    """,
)
