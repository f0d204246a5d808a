"""Events: what was published, for callers who missed a webhook or prefer to ask."""
