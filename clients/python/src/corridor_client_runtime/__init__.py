"""What is written by hand of the Python client; callers import `corridor_client`, which is made from the contract.

Rule: nothing here knows a method, an error reason or an event by name, and nothing of server, gateway or adapters.
"""

VERSION = "0.5.0"
