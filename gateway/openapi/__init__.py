"""OpenAPI 3.1 for `/v1`, built from the contract's descriptors, comments and options alone.

The same contract always gives the same bytes, and the document promises nothing that the gateway does not keep.
"""

from gateway.openapi.document import document, dump

__all__ = ["document", "dump"]
