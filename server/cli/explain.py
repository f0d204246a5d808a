"""What went wrong, in one line that says what to do. Rule: only what can be expected is explained; a bug is not."""

import re


def in_one_line(error: BaseException) -> str | None:
    """The error for people; None for one that nobody expects, whose traceback is wanted."""
    # Imported here: it costs as much as the rest of the program, and only failures need it.
    from adapters.kit.manifest import ManifestError
    from server.kit.errors import Failure
    from server.platform.audit.second_store import SecondStoreError
    from server.settings import SettingsError
    from server.store.embedded import EmbeddedError
    from server.store.secrets import MasterKeyError

    if isinstance(error, SettingsError | EmbeddedError | MasterKeyError | ManifestError | SecondStoreError):
        return flat(str(error))
    if isinstance(error, Failure):
        wrong = "; ".join(f"{each.field} {each.description}" for each in error.violations)
        return flat(f"{error.detail} {wrong}." if wrong else error.detail)
    if isinstance(error, PermissionError | FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return f"{error.filename}: {error.strerror}."
    return _of_database(error)


def _of_database(error: BaseException) -> str | None:
    import psycopg
    from sqlalchemy.exc import ArgumentError, DBAPIError

    if isinstance(error, ArgumentError):
        return "CORRIDOR_DATABASE_URL is not a URL: write postgresql://user:password@host:port/database."
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        return (
            f"the database refused: {flat(str(cause))}: "
            "set CORRIDOR_OWNER_DATABASE_URL to a role that may create schemas and roles."
        )
    if isinstance(cause, psycopg.OperationalError):
        reason = flat(str(cause).strip().partition("\n")[0]).removeprefix("connection failed: ")
        return f"the database does not answer ({reason}): start it, or correct CORRIDOR_DATABASE_URL."
    if isinstance(cause, psycopg.ProgrammingError) and not cause.sqlstate:
        return "CORRIDOR_DATABASE_URL cannot be read: write postgresql://user:password@host:port/database."
    return None


def flat(text: str) -> str:
    """The text without line breaks, and without the password that a URL in it may have."""
    return re.sub(r"://([^:/@\s]+):[^@\s]+@", r"://\1:•••@", " ".join(text.split()))
