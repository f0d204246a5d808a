"""Logs: one JSON object per line, an event name and ids. Never a sentence with data in it.

Whatever else is given to a line goes through the redactor; of foreign exceptions only the class and the stack stay.
"""

import logging
import sys
import traceback

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

from server.kit import context as contexts
from server.kit import redaction

_OURS = ("event", "level", "timestamp", "exception")


def configure(level: str) -> None:
    """Write logs of this process to standard error from now on."""
    wanted = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _ids,
            structlog.processors.ExceptionRenderer(_exception),
            redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(wanted),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _libraries()


def redact(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Hide what a line must not show."""
    for name, found in event.items():
        if name not in _OURS:
            event[name] = redaction.value(name, found)
    event["event"] = redaction.text(str(event.get("event", "")))
    return event


def _exception(exc_info: ExcInfo) -> str:
    """Where it happened, and what kind it was. What an exception says is shown only where the words are ours."""
    lines: list[str] = []
    error: BaseException | None = exc_info[1]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        lines.append(f"{frames}{_named(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\ncaused by\n".join(lines)


def _named(error: BaseException) -> str:
    kind = type(error)
    if kind.__module__.startswith("server."):
        return f"{kind.__qualname__}: {redaction.text(str(error))}"
    sqlstate = getattr(error, "sqlstate", None)  # PostgreSQL's texts quote rows; its codes and constraints do not
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    facts = [str(fact) for fact in (sqlstate, constraint) if fact]
    return kind.__qualname__ + (f" ({', '.join(facts)})" if facts else "")


class _Redacting(logging.Handler):
    """Lines of libraries, which may quote anything, as an event that names the library and the place alone."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log it as ours."""
        log = structlog.get_logger("corridor.library")
        log.log(record.levelno, "library", library=record.name, place=f"{record.module}:{record.lineno}",
                exc_info=record.exc_info)  # fmt: skip


def _libraries() -> None:
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    if not any(isinstance(handler, _Redacting) for handler in root.handlers):
        root.addHandler(_Redacting())


def hide_metadata() -> None:
    """Keep gRPC from logging metadata that is no UTF-8, with its value: a spoilt credential is a credential.

    Such values reach us as latin-1 all the same, and are refused like others.
    """
    logging.getLogger("grpc._cython.cygrpc").addFilter(_is_not_metadata)


def _is_not_metadata(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Invalid encoding on")


def _ids(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    call = contexts.current_or_none()
    if call is not None:
        event.setdefault("request_id", call.request_id)
        event.setdefault("correlation_id", call.correlation_id)
        if call.caller is not None:
            event.setdefault("company_id", call.caller.company_id)
            event.setdefault("caller_id", call.caller.caller_id)
        if call.traceparent:
            event.setdefault("trace_id", call.traceparent[3:35])
    return event
