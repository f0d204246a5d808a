"""Modern Treasury: payouts as payment orders."""
