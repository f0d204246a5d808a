"""What all domains share: access, audit, operations, providers, webhooks."""
