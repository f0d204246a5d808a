"""A review in five forms: for a terminal, a pull request, programs, code scanners, and as a page to read.

Rule: all say the same, in the same words and the same order; each `render` takes a review and gives a text.
"""
