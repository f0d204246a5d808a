"""Webhooks: events on their way to the company's endpoints, and what providers deliver to connections."""
