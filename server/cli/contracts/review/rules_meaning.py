"""What is asked of callers, or promised to them, while types and paths stay: scopes, validation, lifecycle, words.

Rule: the tables say everything about a kind of change; `meaning*.py` only finds where it is.
"""

from server.cli.contracts.review.model import Rule
from server.cli.contracts.review.rules_meaning_calls import ACCESS, CALLS
from server.cli.contracts.review.rules_meaning_data import DATA, WORDS
from server.cli.contracts.review.rules_meaning_life import LIFECYCLE

RULES: tuple[Rule, ...] = ACCESS + CALLS + LIFECYCLE + DATA + WORDS

BY_ID = {rule.id: rule for rule in RULES}
