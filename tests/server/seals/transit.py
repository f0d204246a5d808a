"""A stand-in for the transit secrets engine of OpenBao and Vault: real HTTP, stateful, sealed on demand.

Follows openbao.org/api-docs/secret/transit (create, read and rotate a key; encrypt; decrypt) and
openbao.org/api-docs#http-status-codes, as read in 2026-11. Bodies of errors are `{"errors": [...]}`.
"""

import base64
import contextlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Answer = tuple[int, dict[str, Any] | None]


@dataclass
class Engine:
    """The engine's state: versions of named keys, tokens, and whether it is sealed."""

    token: str = "s.test-token"
    sealed: bool = False
    keys: dict[str, list[bytes]] = field(default_factory=dict)
    minimum: int = 1  # min_decryption_version
    url: str = ""
    bodies: list[str] = field(default_factory=list)  # what was asked, to look for what must not be there

    def answer(self, method: str, path: str, token: str, body: dict[str, Any]) -> Answer:
        """What the engine answers: sealed comes before the token, the token before everything else."""
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if token != self.token:
            return 403, {"errors": ["permission denied"]}
        parts = path.removeprefix("/v1/").split("/")
        match method, parts:
            case "POST", ["transit", "keys", name]:
                self.keys.setdefault(name, [AESGCM.generate_key(256)])
                return 200, {"data": self._about(name)}
            case "GET", ["transit", "keys", name]:
                return (200, {"data": self._about(name)}) if name in self.keys else (404, {"errors": []})
            case "POST", ["transit", "keys", name, "rotate"] if name in self.keys:
                self.keys[name].append(AESGCM.generate_key(256))
                return 200, {"data": self._about(name)}
            case "POST", ["transit", "encrypt", name] if name in self.keys:
                return self._encrypt(name, body)
            case "POST", ["transit", "decrypt", name] if name in self.keys:
                return self._decrypt(name, body)
            case "POST", ["transit", "decrypt" | "encrypt", _]:
                return 400, {"errors": ["encryption key not found"]}
        return 404, {"errors": [f'no handler for route "{path}". route entry not found.']}

    def _about(self, name: str) -> dict[str, Any]:
        return {"name": name, "type": "aes256-gcm96", "latest_version": len(self.keys[name])}

    def _encrypt(self, name: str, body: dict[str, Any]) -> Answer:
        version = int(body.get("key_version") or len(self.keys[name]))
        if not 0 < version <= len(self.keys[name]):
            return 400, {"errors": ["requested version for encryption is higher than the latest key version"]}
        nonce = os.urandom(12)
        plaintext = base64.b64decode(body["plaintext"])
        data = nonce + AESGCM(self.keys[name][version - 1]).encrypt(nonce, plaintext, _associated(body))
        ciphertext = f"vault:v{version}:{base64.b64encode(data).decode()}"
        return 200, {"data": {"ciphertext": ciphertext, "key_version": version}}

    def _decrypt(self, name: str, body: dict[str, Any]) -> Answer:
        prefix, _, rest = str(body["ciphertext"]).partition(":v")
        version, _, data = rest.partition(":")
        if prefix != "vault" or not version.isdecimal() or not 0 < int(version) <= len(self.keys[name]):
            return 400, {"errors": ["invalid ciphertext: no prefix"]}
        if int(version) < self.minimum:
            return 400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]}
        try:
            raw = base64.b64decode(data)
            plain = AESGCM(self.keys[name][int(version) - 1]).decrypt(raw[:12], raw[12:], _associated(body))
        except (InvalidTag, ValueError):
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}


def _associated(body: dict[str, Any]) -> bytes:
    return base64.b64decode(body.get("associated_data", ""))


@contextlib.contextmanager
def transit() -> Iterator[Engine]:
    """A running engine."""
    engine = Engine()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            engine.bodies.append(text)
            self._answer(json.loads(text or "{}"))

        def _answer(self, body: dict[str, Any]) -> None:
            status, answer = engine.answer(self.command, self.path, self.headers.get("X-Vault-Token", ""), body)
            data = json.dumps(answer).encode() if answer is not None else b""
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    engine.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield engine
    finally:
        server.shutdown()
        server.server_close()
