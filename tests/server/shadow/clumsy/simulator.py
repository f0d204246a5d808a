"""The sandbox's simulator, under another provider's name."""

from adapters.sandbox.simulator import SandboxSimulator

SIMULATOR = SandboxSimulator
