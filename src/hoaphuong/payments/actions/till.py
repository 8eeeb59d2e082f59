"""Cash at the counter: taken for an order, and brought to the bank."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from hoaphuong.kernel import journal
from hoaphuong.kernel.values import Code, Ref
from hoaphuong.payments.actions.collecting import CASH, Counted, collect
from hoaphuong.payments.actions.ledger import post
from hoaphuong.payments.actions.orders import NotOpen, collected_for, dong, locked
from hoaphuong.payments.actions.refunds import TooMuch
from hoaphuong.payments.contracts import CashBanked, MoneyIn
from hoaphuong.payments.models import Collection, FeeOrder, LedgerAccount, LedgerEntry
from hoaphuong.payments.queries import balance
from hoaphuong.payments.rules import Move, of, till


class OtherSum(Exception):
    """Money came in meanwhile: ``left`` is what is left to pay."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


@transaction.atomic
def take_cash(*, order: str, amount: int, once: str, by: str, at: datetime) -> Counted:
    """Take the rest of an order in cash, once by ``once``; NotOpen, OtherSum."""
    found = locked(order)
    known = Collection.objects.filter(provider=CASH, transaction=once, order=found).exists()
    if not known:
        if found.state != FeeOrder.State.OPEN:
            raise NotOpen(found.state)
        left = found.amount - collected_for(found)
        if amount != left:
            raise OtherSum(left)
    money = MoneyIn(provider=CASH, transaction=once, amount=amount, paid_at=at, order=order)
    return collect(money=money, by=by, at=at)


@transaction.atomic
def bring_to_bank(*, agency: str, amount: int, once: str, by: str, at: datetime) -> bool:
    """Cash of the till goes to the agency's account; False when ``once`` was entered. TooMuch."""
    code, name = till(agency), f"banked:{agency}:{once}"
    # One at a time, so that two cannot bring the same notes.
    LedgerAccount.objects.select_for_update().filter(code=code).first()
    if LedgerEntry.objects.filter(once=name).exists():
        return False
    holds = balance(code)
    if not 0 < amount <= holds:
        raise TooMuch(holds)
    moves = [Move(of("bank", agency), code, amount)]
    post(kind="banked", once=name, moves=moves, by=by, at=at, agency=agency)
    event = CashBanked(
        banking=Ref(once), agency=Code(agency), amount=dong(amount), banked_on=localdate(at)
    )
    journal.record(event, by=by, occurred_at=at)
    return True
