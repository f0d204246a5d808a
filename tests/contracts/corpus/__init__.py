"""A corpus of labelled changes: one per rule of `corridor contracts diff`, and its harmless twin.

Rule: labels say exactly which rules tell of a change, with which verdict; whatever else is told is a false alarm.
"""
