"""A KMS over HTTP: the transit secrets engine as OpenBao and HashiCorp Vault serve it. Keys never leave it.

Written from openbao.org/api-docs/secret/transit and the HTTP API's general pages (status codes), 2026-11.
"""

import base64
import ssl
from pathlib import Path
from typing import Any

import httpx

from server.store.kms import KmsAway, KmsRefused

_TIMEOUT_SECONDS = 3.0
# 429: over quota or a standby; 472, 473: replication standbys; 503: sealed or under maintenance.
_AWAY = frozenset({408, 412, 429, 472, 473, 500, 502, 503, 504})


class TransitKms:
    """Wraps with a named key of a transit engine. The token is read from its file at each call, so it may rotate."""

    def __init__(
        self, url: str, key: str, token_file: Path, *, mount: str = "transit", ca_file: Path | None = None
    ) -> None:
        self._key = key
        self._mount = mount
        self._token_file = token_file
        verify = ssl.create_default_context(cafile=ca_file) if ca_file else True
        self._http = httpx.Client(base_url=url.rstrip("/"), timeout=_TIMEOUT_SECONDS, verify=verify, trust_env=False)

    def current_key_id(self) -> str:
        """The named key in its latest version."""
        return self._id(self._call("GET", f"keys/{self._key}")["latest_version"])

    def wrap(self, key_id: str, data_key: bytes, context: str) -> bytes:
        """The data key, encrypted by the engine in the version that `key_id` names."""
        asked = {
            "plaintext": base64.b64encode(data_key).decode(),
            "associated_data": base64.b64encode(context.encode()).decode(),
            "key_version": int(key_id.rpartition(":v")[2]),
        }
        return str(self._call("POST", f"encrypt/{self._key}", asked)["ciphertext"]).encode()

    def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        """The data key. The version stands in the ciphertext; `key_id` is for people."""
        asked = {
            "ciphertext": wrapped.decode(errors="replace"),
            "associated_data": base64.b64encode(context.encode()).decode(),
        }
        return base64.b64decode(self._call("POST", f"decrypt/{self._key}", asked)["plaintext"])

    def rotate(self) -> str:
        """Let the engine make a new version."""
        self._call("POST", f"keys/{self._key}/rotate", {})
        return self.current_key_id()

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def _id(self, version: int) -> str:
        return f"transit/{self._key}:v{version}"

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The `data` of an answer. What is raised names the path and the status, never what was sent."""
        try:
            token = self._token_file.read_text().strip()
        except OSError:
            raise KmsRefused(f"the KMS token file {self._token_file} cannot be read.") from None
        try:
            answer = self._http.request(
                method,
                f"/v1/{self._mount}/{path}",
                json=body,
                headers={"X-Vault-Token": token, "X-Vault-Request": "true"},
            )
        except httpx.HTTPError as error:
            raise KmsAway(f"{path}: {type(error).__name__}") from None
        if answer.status_code in _AWAY:
            raise KmsAway(f"{path}: HTTP {answer.status_code}")
        if answer.status_code == 204:
            return {}
        if answer.status_code != 200:
            raise KmsRefused(f"the KMS refuses {path}: HTTP {answer.status_code}.")
        try:
            data: dict[str, Any] = answer.json().get("data") or {}
        except ValueError:
            raise KmsAway(f"{path}: the answer is no JSON") from None
        return data
