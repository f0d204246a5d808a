"""A provider with credentials of every kind, installed beside Corridor for the tests of credentials."""
