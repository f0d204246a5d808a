"""Ports of this machine: whether one is free, and one that is kept free for a process that starts later."""

import socket
from types import TracebackType
from typing import Self

import click


def require_free(host: str, port: int, option: str) -> None:
    """Refuse a port that somebody listens on, or that cannot be had. `option` is how another one is chosen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            raise click.ClickException(f"{host} is no address of this machine: choose another with --host.") from None
        except OSError as error:
            raise click.ClickException(
                f"port {port} on {host} cannot be used ({error.strerror}): "
                f"stop what uses it, or choose another with {option}."
            ) from None


class Reserved:
    """A free port that stays ours until it is closed, while processes of the same user share it by SO_REUSEPORT."""

    def __init__(self, host: str, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._socket.bind((host, port))  # bound and not listening: no connection ever lands here
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the port up."""
        self._socket.close()
