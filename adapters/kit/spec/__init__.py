"""Vendors' published documents (OpenAPI 3.0 and 3.1, Swagger 2): read, repaired by data, and taken as judges.

Rule: it serves authors, the tests and the command line; no adapter needs it to run.
"""
