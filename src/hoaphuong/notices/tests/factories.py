"""Somebody to tell, and something to tell them."""

from datetime import UTC, datetime

from django.db import transaction

from hoaphuong.identity import actions as identity
from hoaphuong.identity.models import Account, Person
from hoaphuong.kernel.values import Ref
from hoaphuong.notices import actions
from hoaphuong.notices.contracts import Named

# Ten in the morning in Vietnam.
AT = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
FACTS = {
    "number": "H24.1-261129-0001",
    "procedure": Named("Đăng ký khai sinh", "Registration of birth"),
    "agency": Named("Ủy ban nhân dân phường Ngô Quyền", "Ngô Quyền Ward People's Committee"),
}
PHONE, MAIL = "0912 345 678", "binh@example.vn"


def account(*, phone: str = PHONE, email: str = MAIL, name: str = "binh") -> Account:
    """A citizen who can be reached by every channel."""
    person = identity.record_person(
        full_name="Trần Thị Bình", phone=phone, email=email, by="t", at=AT
    )
    return identity.create_account(
        username=name, display_name="Trần Thị Bình", person=person.id, by="t", at=AT
    )


def moved(account: Account, **to: str) -> None:
    """The person's address is another one now."""
    Person.objects.filter(pk=account.person_id).update(**to)


def tell(account: str, *, once: str = "one", kind: str = "papers_needed", at=AT, **more) -> None:
    with transaction.atomic():
        actions.tell(
            kind=f"dossiers.{kind}", account=account, about=Ref("d" * 32), facts=FACTS | more,
            once=once, at=at,
        )  # fmt: skip
