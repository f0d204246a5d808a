"""What the search knows: one list of titles with addresses, kinds and further words, loaded when somebody searches."""

import json
import re
from collections.abc import Iterable

from gateway.docs.site import Found, Page

_LONGEST = 1200


def index(pages: Iterable[Page], others: Iterable[Found]) -> bytes:
    """The list as JSON: title, path, kind, words."""
    rows = []
    for page in pages:
        if page.kind != "types":
            rows.append([page.title, page.path, page.kind, _short(page.words)])
            if page.kind == "guide":
                rows += [[text, f"{page.path}#{at}", page.title, ""] for at, text in page.contents]
    rows += [[each.title, each.path, each.kind, _short(each.words)] for each in others]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _short(text: str) -> str:
    return re.sub(r"[`\s]+", " ", text)[:_LONGEST].strip()
