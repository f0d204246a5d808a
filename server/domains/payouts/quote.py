"""What a payout would cost, by the connection's fees. No I/O."""

from corridor.providers.v1.connection_pb2 import Connection, ConnectionFee
from corridor.type.v1.money_pb2 import Money


def fee(connection: Connection, amount: Money, rail: int) -> Money:
    """What the provider charges: the fee of the rail, or that of every rail; half a minor unit rounds up."""
    of_currency = [each for each in connection.fees if each.currency_code == amount.currency_code]
    chosen = next((each for each in of_currency if each.rail == rail), None) or next(
        (each for each in of_currency if not each.rail), ConnectionFee()
    )
    proportional = (amount.amount_minor * chosen.basis_points + 5_000) // 10_000
    return Money(currency_code=amount.currency_code, amount_minor=chosen.fixed_minor + proportional)
