"""Disputes: objections to captured payments. They come from providers, and are answered with evidence or accepted."""
