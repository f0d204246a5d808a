"""Countries by ISO 3166-1."""

import pycountry


def exists(code: str) -> bool:
    """Whether ISO 3166-1 assigns the alpha-2 code."""
    return pycountry.countries.get(alpha_2=code) is not None
