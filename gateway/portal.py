"""The portal at /docs: static files that `corridor gen` wrote, handed out with ETags and compressed.

An address is looked up among the files that were found at the start; nothing that a caller sends becomes a file's name.
"""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gateway.problems import Answer, Header, Refusal
from gateway.settings import contract_image

_TYPES = {
    ".html": b"text/html; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".json": b"application/json",
    ".svg": b"image/svg+xml",
}
SECURITY: tuple[Header, ...] = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_ROOT = "/docs"
_MISSING = "404.html"
_ASSETS = "assets/"


@dataclass(frozen=True, slots=True)
class _File:
    content_type: bytes
    plain: bytes
    packed: bytes
    tag: str
    forever: bool


class Portal:
    """The files of the portal. Each is read and compressed when it is first asked for."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = site() if folder is None else folder
        self._names = {
            path.relative_to(self._folder).as_posix()
            for path in (self._folder.rglob("*") if self._folder.is_dir() else ())
            if path.suffix in _TYPES and path.is_file()
        }
        # While gateways of two releases serve side by side, a page may ask for the other one's style or script.
        self._present = {_kind(name): name for name in self._names if name.startswith(_ASSETS)}
        self._read: dict[str, _File] = {}

    @property
    def there(self) -> bool:
        """Whether there is a portal: it is not there before the first `corridor gen`."""
        return "index.html" in self._names

    def has(self, path: str) -> bool:
        """Whether the portal answers for an address, if only to say that there is no such page."""
        return self.there and (path == _ROOT or path.startswith(_ROOT + "/"))

    def answer(self, path: str, headers: list[Header]) -> Answer:
        """The answer to GET or HEAD."""
        if path.endswith("/") and self._name(path.rstrip("/")) != _MISSING:
            moved = path.rstrip("/").encode("latin-1")
            return Answer(308, [(b"location", moved), (b"content-length", b"0"), *SECURITY], b"")
        name = self._name(path)
        file = self._read.get(name) or self._load(name)
        if file is None:  # the folder was written anew meanwhile
            raise Refusal("METHOD_NOT_FOUND", "The portal has changed; the next start of the gateway finds its pages.")
        wanted = dict(headers)
        packed = bool(file.packed) and _takes_gzip(wanted.get(b"accept-encoding", b""))
        tag = f'"{file.tag}{"-gz" if packed else ""}"'.encode()
        # A new release changes pages under their old addresses; what is named by its content never changes.
        kept = b"public, max-age=31536000, immutable" if path == f"{_ROOT}/{name}" and file.forever else b"no-cache"
        shared: list[Header] = [(b"etag", tag), (b"cache-control", kept), (b"vary", b"accept-encoding"), *SECURITY]
        if name != _MISSING and _matches(wanted.get(b"if-none-match", b""), file.tag):
            return Answer(304, shared, b"")
        body = file.packed if packed else file.plain
        shared += [(b"content-type", file.content_type), (b"content-length", b"%d" % len(body))]
        if packed:
            shared.append((b"content-encoding", b"gzip"))
        return Answer(404 if name == _MISSING else 200, shared, body)

    def _name(self, path: str) -> str:
        name = path.removeprefix(_ROOT).removeprefix("/") or "index.html"
        if name in self._names and not name.endswith(".html"):
            return name
        page = name if name == "index.html" else f"{name}.html"
        return page if page in self._names else self._present.get(_kind(name), _MISSING)

    def _load(self, name: str) -> _File | None:
        path = self._folder / name
        try:
            plain = path.read_bytes()
        except OSError:
            return None
        packed = gzip.compress(plain, 9, mtime=0)
        found = _File(
            _TYPES[path.suffix],
            plain,
            packed if len(packed) < len(plain) else b"",
            sha256(plain).hexdigest()[:20],
            name.startswith(_ASSETS),
        )
        self._read[name] = found
        return found


def site() -> Path:
    """Where the portal's files are: in a package of their own once installed, in gen/ in a checkout."""
    installed = Path(__file__).parent / "site"
    return installed if installed.is_dir() else contract_image().parent / "docs"


def _kind(name: str) -> str:
    """An asset's name without the part that changes with its content; nothing for what is no asset."""
    parts = name.split(".")
    return f"{parts[0]}.{parts[-1]}" if name.startswith(_ASSETS) and len(parts) == 3 else ""


def _takes_gzip(accepted: bytes) -> bool:
    """RFC 9110, section 12.5.3, as far as gzip: named, or by `*`, and not with the quality 0."""
    found = {}
    for item in accepted.lower().split(b","):
        coding, _, rest = item.partition(b";")
        quality = rest.strip().removeprefix(b"q=").strip() if rest else b"1"
        found[coding.strip()] = quality.rstrip(b"0").rstrip(b".") != b""
    return found.get(b"gzip", found.get(b"*", False))


def _matches(condition: bytes, tag: str) -> bool:
    """RFC 9110, section 13.1.2: the weak comparison, for either representation."""
    given = [each.strip().removeprefix(b"W/") for each in condition.split(b",")]
    return b"*" in given or f'"{tag}"'.encode() in given or f'"{tag}-gz"'.encode() in given
