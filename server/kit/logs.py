"""Logs: one JSON object per line, an event name and ids. Never a sentence with data in it."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from server.kit import context as contexts


def configure(level: str) -> None:
    """Write logs of this process to standard error from now on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _ids,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


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
