"""What a company says in its defence, as the documents that the Disputes API takes: it knows no texts but documents.

Rule: nothing of the evidence is left out. Texts are written into one more document; what fits nowhere is refused.
"""

import base64
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.kit.errors import FieldProblem, Rejected, Unmapped
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeDocument, DisputeDocumentType

T = DisputeDocumentType

# Our kinds of documents on the left, because here we speak first: the vendor's code for a kind, where it has one of
# its own. The codes depend on scheme and reason; which of them a dispute takes is asked before.
# docs.adyen.com/risk-management/disputes-api, its example of retrieveApplicableDefenseReasons, read 2026-11.
CODES: Mapping["DisputeDocumentType.ValueType", str] = {T.DISPUTE_DOCUMENT_TYPE_RECEIPT: "TIDorInvoice"}
ANY = ("DefenseMaterial", "AlternativeDefenseMaterial")
"""The vendor's codes for whatever helps."""

_REASON_FIELD = "evidence.defence_reason_code"
_LINES_A_PAGE, _LETTERS_A_LINE = 60, 90


def chosen(answer: Any, dispute: Dispute) -> Mapping[str, Any]:
    """The reason by which a dispute is defended: the one that the company names, or the only one there is."""
    reasons = answer.get("defenseReasons") if isinstance(answer, dict) else None
    found = {str(each["defenseReasonCode"]): each for each in reasons or () if isinstance(each, dict)}
    wanted = dispute.evidence.defence_reason_code
    if wanted in found:
        return found[wanted]
    if not wanted and len(found) == 1:
        return next(iter(found.values()))
    offered = ", ".join(sorted(found)) or "none: it can no longer be defended"
    problem = FieldProblem(_REASON_FIELD, f"Choose one of the provider's reasons: {offered}.")
    raise Rejected("the defence needs one of the provider's reasons", problems=[problem])


def documents(reason: Mapping[str, Any], dispute: Dispute, given: Sequence[DisputeDocument]) -> list[dict[str, str]]:
    """The documents of the defence as the vendor takes them, each under a code of its own."""
    kinds = reason.get("defenseDocumentTypes")
    free = [str(each["defenseDocumentTypeCode"]) for each in kinds or () if isinstance(each, dict)]
    if reason.get("defenseReasonCode") is None:
        raise Unmapped("defenseReason", None)
    papers = [(each.type, each.content_type, each.content) for each in given]
    if texts := _texts(dispute):
        papers.append((T.DISPUTE_DOCUMENT_TYPE_OTHER, "application/pdf", pdf(texts)))
    made = []
    for kind, content_type, content in papers:
        code = next((each for each in (CODES.get(kind, ""), *ANY, *free) if each in free), None)
        if code is None:
            problem = FieldProblem("documents", "The provider takes no further document for this defence.")
            raise Rejected("there are more documents than the provider takes", problems=[problem])
        free.remove(code)  # a second one under the same code would take the place of the first
        encoded = base64.b64encode(content).decode()
        made.append({"defenseDocumentTypeCode": code, "contentType": content_type, "content": encoded})
    return made


def supplied(reason: Mapping[str, Any]) -> set[str]:
    """The codes under which the vendor has documents already."""
    kinds = reason.get("defenseDocumentTypes") or ()
    return {str(each["defenseDocumentTypeCode"]) for each in kinds if isinstance(each, dict) and each.get("available")}


def _texts(dispute: Dispute) -> list[str]:
    lines: list[str] = []
    for field, value in dispute.evidence.ListFields():
        if field.name != "defence_reason_code":
            title = field.name.replace("_", " ").capitalize()
            lines += [f"{title}:", *textwrap.wrap(str(value), _LETTERS_A_LINE), ""]
    return lines


def pdf(lines: Sequence[str]) -> bytes:
    """A plain document of text lines, as PDF 1.4 (ISO 32000-1). Letters beyond Latin-1 become question marks."""
    pages = [lines[start : start + _LINES_A_PAGE] for start in range(0, len(lines), _LINES_A_PAGE)]
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
               b"/Encoding /WinAnsiEncoding >>"]  # fmt: skip
    kids = []
    for page in pages:
        shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in page)
        stream = b"BT /F1 10 Tf 12 TL 50 780 Td\n" + shown + b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(content))
    )


def _escaped(line: str) -> bytes:
    plain = line.encode("cp1252", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
