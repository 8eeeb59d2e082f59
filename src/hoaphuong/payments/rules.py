"""What money that moves is entered as: pure, amounts in whole đồng."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """One transfer to be: from the credited account to the debited one."""

    debit: str
    credit: str
    amount: int


def clearing(provider: str) -> str:
    return f"clearing:{provider}"


def till(agency: str) -> str:
    return f"cash:{agency}"


def of(kind: str, whose: str) -> str:
    """The account of one kind of an agency or provider, such as ``fees:000.00.00.H24``."""
    return f"{kind}:{whose}"


def collected(
    *, into: str, agency: str, asked: int, before: int, amount: int, open_order: bool
) -> list[Move]:
    """What money for an order is entered as; ``before`` is what came towards it earlier.

    ``into`` is the account that holds it now: the provider's clearing account or the till.
    """
    left = asked - before if open_order else 0
    if open_order and amount < left:
        return [Move(into, of("part", agency), amount)]
    moves = []
    if open_order:
        moves += [Move(into, of("fees", agency), left)]
        moves += [Move(of("part", agency), of("fees", agency), before)]
    moves += [Move(into, of("over", agency), amount - left)]
    return [move for move in moves if move.amount > 0]


def unknown(*, provider: str, amount: int) -> list[Move]:
    """Money that came in for no order that we know."""
    return [Move(clearing(provider), of("unknown", provider), amount)]


def paid_out(*, provider: str, agency: str, amount: int, kept: int) -> list[Move]:
    """The provider pays ``amount`` out, of which it keeps ``kept``."""
    into = [
        Move(of("bank", agency), clearing(provider), amount - kept),
        Move(of("costs", agency), clearing(provider), kept),
    ]
    return [move for move in into if move.amount > 0]


def refund_due(*, agency: str, amount: int, source: str) -> list[Move]:
    """Money is to go back: ``source`` is fees, over or part."""
    return [Move(of(source, agency), of("refunds", agency), amount)]


def refunded(*, out_of: str, agency: str, amount: int) -> list[Move]:
    """The money has gone back, out of the provider's clearing account or the till."""
    return [Move(of("refunds", agency), out_of, amount)]


def charged_back(*, provider: str, agency: str, amount: int) -> list[Move]:
    """The payer's bank took the money back from the provider."""
    return [Move(of("disputed", agency), clearing(provider), amount)]


def settled(*, provider: str, ours: int, theirs: int) -> list[Move]:
    """A person accepts the provider's amount in place of ours."""
    if theirs > ours:
        return [Move(clearing(provider), of("difference", provider), theirs - ours)]
    if ours > theirs:
        return [Move(of("difference", provider), clearing(provider), ours - theirs)]
    return []
