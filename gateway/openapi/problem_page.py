"""The page behind the `type` of problem documents: every reason with its meaning and an example."""

import re
from html import escape

from gateway.contract import Contract, Reason
from gateway.openapi.comments import comments

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Corridor: problems</title>
<link rel="stylesheet" href="/docs/viewer.css">
</head>
<body class="page">
<main>
<h1>Problems</h1>
<p>Every error of the API carries one of these reasons. A reason never changes its meaning. <a href="/docs">API</a></p>
{reasons}
</main>
</body>
</html>
"""


def render(contract: Contract) -> str:
    """The page as HTML."""
    texts = comments(contract)
    sections = [
        _section(reason, texts.get(f"corridor.errors.v1.ErrorReason.ERROR_REASON_{reason.name}", ""))
        for reason in sorted(contract.reasons.values(), key=lambda reason: (reason.http_status, reason.name))
    ]
    return _PAGE.replace("{reasons}", "\n".join(sections))


def _section(reason: Reason, text: str) -> str:
    paragraphs = "".join(f"<p>{_inline(part)}</p>" for part in text.split("\n\n") if part)
    retry = "The same call may succeed later." if reason.retryable else "The same call will fail again."
    if reason.http_status < 300:
        retry = "The same call with the same key tells how it stands."
    return (
        f'<section id="{escape(reason.name)}">'
        f"<h2>{escape(reason.title)}</h2>"
        f'<p class="facts"><code>{escape(reason.name)}</code> · HTTP {reason.http_status} · gRPC {reason.code} · '
        f"{escape(reason.error_class)}</p>"
        f"{paragraphs}<p><b>{_inline(reason.suggested_action)}</b> {retry}</p></section>"
    )


def _inline(text: str) -> str:
    """Text as HTML, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
