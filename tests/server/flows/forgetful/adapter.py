"""Speaks like the sandbox; what it does not promise stands in its manifest."""

from adapters.sandbox.adapter import Sandbox

ADAPTER = Sandbox()
