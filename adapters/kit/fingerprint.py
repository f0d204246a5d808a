"""Which adapter is running: a digest of the files in a provider's folder. A certification holds for one digest.

Rule: what can change what the adapter does is in it; documents and bytecode are not.
"""

import hashlib
from pathlib import Path

_DOCUMENTS = frozenset({".md", ".pyc", ".pyo"})


def fingerprint(folder: Path) -> str:
    """SHA-256, in hexadecimal, over names and contents of the folder's files, in the order of their names."""
    whole = hashlib.sha256()
    files = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in _DOCUMENTS
    }
    for name, path in sorted(files.items()):
        content = path.read_bytes()
        whole.update(f"{len(name)} {name} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()
