"""The HTTP face of Corridor: REST and JSON outside, gRPC inside.

Everything about an endpoint is read from the contract's descriptors; nothing here names one.
"""
