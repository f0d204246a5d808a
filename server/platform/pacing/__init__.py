"""Keeps providers' rate limits, and keeps one slow provider from taking the threads of the others."""
