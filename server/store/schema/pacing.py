"""Rate limits of providers. No company's rows: only functions touch them."""

from sqlalchemy import BigInteger, Boolean, Double, Integer, PrimaryKeyConstraint, Table

from server.store.schema.base import Id, column, metadata

provider_limits = Table(
    "provider_limits",
    metadata,
    column("bucket", Id),  # server.platform.pacing.accounts
    column("told", Boolean),  # whether the provider told of the window, and it is no guess of ours
    column("window_told", Boolean),
    column("reset_told", Boolean),
    column("call_limit", Integer),  # of a window; 0 as long as none is known
    column("calls_left", Integer),
    column("calls_out", Integer),  # given out in this window, and not known to have ended
    column("calls_out_before", Integer),  # the same of the window before
    column("calls_late", Integer),  # ended, and sent so late that they may count in the next window
    column("window_number", BigInteger),
    column("window_seconds", Double),
    column("reset_time", Double),  # seconds since 1970
    column("slack_seconds", Double),
    column("rate", Double),  # calls a second that are guessed; 0 for none
    column("rate_most", Double),  # by the manifest; 0 for none
    column("rate_step", Double),
    column("growth_time", Double),
    column("stop_time", Double),
    column("refusals", Integer),  # in a row
    column("use_time", Double),
    PrimaryKeyConstraint("bucket"),
    prefixes=["UNLOGGED"],
)
