"""A provider that promises nothing of repeated requests, installed beside Corridor for the tests of flows."""
