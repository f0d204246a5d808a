"""`python -m tests.contracts.corpus`: what the review catches of the corpus, as a Markdown table."""

import sys

from tests.contracts.corpus import running

if __name__ == "__main__":
    found = running.outcomes(*running.sides())
    print(running.table(found))
    wrong = [outcome for outcome in found if outcome.missed or outcome.false_alarms]
    for outcome in wrong:
        print(f"\n{outcome.case.kind}, {outcome.case.name}", file=sys.stderr)
        print(f"  missed: {', '.join(outcome.missed) or 'nothing'}", file=sys.stderr)
        print(f"  false alarms: {', '.join(outcome.false_alarms) or 'none'}", file=sys.stderr)
    sys.exit(1 if wrong else 0)
