"""What is not granted is denied: rights, guards, and the line that says who looked."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.utils import timezone
from ninja.errors import HttpError

from hoaphuong.identity import actions, queries
from hoaphuong.identity.actor import AccountActor, Nobody
from hoaphuong.identity.models import Grant, Role
from hoaphuong.kernel import access, access_lines
from hoaphuong.kernel.models import AccessLine, AccessPending


class Officer:
    """Somebody who holds one right for some agencies."""

    key, person, signed_in = "k", "", True

    def __init__(self, *held: str) -> None:
        self.held = frozenset(held)

    def agencies(self, permission: str) -> frozenset[str]:
        return self.held if permission == "a.read" else frozenset()


def test_every_right_has_roles_that_exist_and_a_scope_that_is_checked():
    for code, one in access.permissions().items():
        assert code.count(".") == 1
        assert one.roles, code
        assert one.roles <= set(Role.values), code
        assert one.scope in {"agency", "owner", "city"}, code
        assert str(one.label), code


def test_a_right_for_one_agency_is_none_for_another():
    officer = Officer("H24.1")
    assert access.holds(officer, "a.read")
    assert access.covers(officer, "a.read", "H24.1")
    assert not access.covers(officer, "a.read", "H24.2")
    assert not access.covers(officer, "a.read", "")
    with pytest.raises(PermissionDenied):
        access.require(officer, "a.read", "H24.2")
    assert access.covers(Officer(access.EVERYWHERE), "a.read", "H24.2")


@pytest.mark.parametrize("actor", [Nobody(), Officer()])
def test_without_a_grant_there_is_no_right(actor):
    assert not access.holds(actor, "a.read")
    assert not access.covers(actor, "a.read", "H24.1")
    with pytest.raises(PermissionDenied):
        access.require(actor, "a.read", "H24.1")


@pytest.fixture
def open_page(rf):
    """Open a page that is guarded one way, as somebody."""

    def call(actor, **guard):
        request = rf.get("/a?b=1")
        request.actor = actor
        view = access.page(**guard)(lambda request: HttpResponse("secret"))
        return view(request)

    return call


def test_a_page_that_names_nothing_is_closed_to_who_has_not_signed_in(open_page):
    answer = open_page(Nobody())
    assert answer.status_code == 302
    assert answer.url.endswith("?next=/a%3Fb%3D1")
    assert b"secret" not in answer.content
    assert open_page(Officer()).status_code == 200


def test_a_page_with_a_right_is_closed_to_who_does_not_hold_it(open_page):
    assert open_page(Nobody(), permission="a.read").status_code == 302
    assert open_page(Officer("H24.1"), permission="a.read").status_code == 200
    for actor, permission in ((Officer(), "a.read"), (Officer("H24.1"), "a.write")):
        with pytest.raises(PermissionDenied):
            open_page(actor, permission=permission)


def test_a_public_page_is_open_and_says_so(open_page):
    assert open_page(Nobody(), public=True).status_code == 200
    guarded = access.page(public=True)(lambda request: HttpResponse())
    assert guarded.access == access.Access(public=True)


@pytest.mark.django_db
def test_the_api_asks_for_the_right_after_the_session(rf, demo_city):
    account = queries.demo_account("mai")
    holding = access.Holding("dossiers.process")
    request = rf.get("/")
    request.user, request.actor = account, AccountActor(account, today=timezone.localdate())
    with pytest.raises(HttpError) as refused:
        holding.authenticate(request, "k")
    assert refused.value.status_code == 403
    assert access.Holding("dossiers.receive").authenticate(request, "k") == account


def holder(username: str, *, on=None) -> AccountActor:
    return AccountActor(queries.demo_account(username), today=on or timezone.localdate())


@pytest.mark.django_db
def test_a_right_reaches_the_agencies_below_and_neither_up_nor_aside(demo_city):
    account = queries.demo_account("lan")
    known = queries.agencies()
    own = known[account.agency_id]
    beside = next(a for a in known.values() if a.parent == own.parent and a.code != own.code)
    assert holder("lan").agencies("dossiers.view") == {own.code}
    Grant.objects.filter(account=account).update(agency_id=own.parent)
    reached = holder("lan").agencies("dossiers.view")
    assert {own.code, beside.code, own.parent} <= reached
    assert access.EVERYWHERE not in reached


@pytest.mark.django_db
def test_a_right_holds_from_its_first_to_its_last_day(demo_city):
    first = timezone.localdate()
    last = first + timedelta(days=3)
    grants = Grant.objects.filter(account=queries.demo_account("mai"))
    grants.update(valid_from=first, valid_to=last)
    held = [
        access.holds(holder("mai", on=first + timedelta(days=days)), "dossiers.view")
        for days in (-1, 0, 3, 4)
    ]
    assert held == [False, True, True, False]


@pytest.mark.django_db
def test_two_roles_give_each_its_own_agencies_and_no_more(demo_city):
    account = queries.demo_account("mai")
    elsewhere = next(
        a.code
        for a in queries.agencies().values()
        if a.kind == "commune" and not a.valid_to and a.code != account.agency_id
    )
    at = timezone.now()
    actions.grant_role(
        account=account.pk,
        role="case_officer",
        agency=elsewhere,
        valid_from=at.date() - timedelta(days=1),
        by="t",
        at=at,
    )
    actor = holder("mai")
    assert actor.agencies("dossiers.receive") == {account.agency_id}
    assert actor.agencies("dossiers.process") == {elsewhere}
    assert actor.agencies("dossiers.view") == {account.agency_id, elsewhere}


@pytest.mark.django_db
def test_a_right_that_nobody_declared_is_an_error_and_not_a_no(demo_city):
    with pytest.raises(KeyError):
        holder("lan").agencies("dossiers.veiw")


@pytest.mark.django_db
def test_an_access_line_waits_for_its_seal_and_is_never_changed():
    access_lines.shown(account="k", purpose="a.page", record="r")
    access_lines.shown(account="k", purpose="a.list", filter="x" * 900, count=7)
    one, many = AccessLine.objects.order_by("id")
    assert (one.account, one.purpose, one.record, one.count) == ("k", "a.page", "r", 1)
    assert (many.filter, many.count, many.record) == ("x" * 200, 7, "")
    assert AccessPending.objects.count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessLine.objects.filter(pk=one.pk).update(purpose="b")
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessLine.objects.filter(pk=one.pk).delete()
