"""Consents: what people allowed the company to do, what rests on that, and how it stops when they take it back."""
