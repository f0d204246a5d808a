"""Currencycloud: a provider. Everything about it is in this folder and in its tests."""
