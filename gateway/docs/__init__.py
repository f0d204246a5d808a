"""The portal at /docs, as static pages: written by `corridor gen` from the contract, the guides and the samples.

Nothing here runs while the gateway serves; `gateway.portal` only hands out what stands in the folder.
"""
