"""A company that takes payments, for the tests of the domain."""

import pytest

from tests.server.domains.payments.court import Court
from tests.server.domains.payments.court import court as disputed
from tests.server.domains.payments.till import Till, till
from tests.serving import Running


@pytest.fixture
def shop(corridor: Running) -> Till:
    """A new company that takes payments over a connection that is never called."""
    return till(corridor)


@pytest.fixture
def court(corridor: Running) -> Court:
    """A new company with a captured payment that can be disputed."""
    return disputed(corridor)
