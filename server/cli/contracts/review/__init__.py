"""`corridor contracts diff`: what a change of the contracts means, for whom, and how to make it without breaking them.

Nothing here imports from gen/: both sides are read from their own descriptors, so any two revisions can be compared.
"""
