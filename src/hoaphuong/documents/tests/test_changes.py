"""Updates and replacements of QCVN 102:2016, as they come from others and as others get them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from hoaphuong.documents import actions
from hoaphuong.documents.models import Change, Incoming
from hoaphuong.documents.tests.factories import AT, agency_of, drafted, person, through, with_lines
from hoaphuong.exchange import actions as messages
from hoaphuong.exchange import jobs
from hoaphuong.exchange import queries as exchange
from hoaphuong.exchange.edxml import Business, Replacement, read, write
from hoaphuong.exchange.tests.axis_at_work import MINISTRY, PROVINCE, connected
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal, outgoing
from hoaphuong.kernel.reactions import react
from hoaphuong.kernel.sealing import JOURNAL, seal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff(demo_city):
    pass


@pytest.fixture
def axis(tmp_path, monkeypatch):
    with connected(tmp_path / "axis", monkeypatch) as running:
        yield running


def heard() -> None:
    """What waits in the mailboxes is stored and becomes incoming documents."""
    jobs.empty_mailboxes()
    seal(JOURNAL)
    react()


def sent() -> None:
    outgoing.make_calls(now=timezone.now() + timedelta(minutes=1))


def letter(axis, number: str, **more: str) -> Incoming:
    axis.letter(to=agency_of("mai"), number=number, subject=f"Văn bản số {number}", **more)
    heard()
    return Incoming.objects.get(document_number=number)


def id_of(number: str, *, sender: str = MINISTRY) -> str:
    """The identifier that the invented partner gives a letter of today."""
    notation = "BTD-VP" if sender == MINISTRY else "UBND-TD"
    return f"{sender},{timezone.localdate():%Y/%m/%d},{number}/{notation}"


def events(incoming: Incoming) -> list[str]:
    return [name.split(".")[1] for _uuid, name, *_rest in journal.timeline(incoming.key)]


def told(axis) -> list[tuple[str, str, str]]:
    """(code, number, note) of every status that the ministry got, in the order of sending."""
    rows = axis.rows(
        f"select content from message where kind = 'status' and recipient = '{MINISTRY}'"
    )
    said = [read(content) for (content,) in rows]
    return [(one.code, one.about.code, one.description) for one in said]


def page(client, incoming: Incoming, language: str = "en") -> str:
    client.force_login(identity.demo_account("mai"))
    client.cookies["lang"] = language
    return client.get(reverse("documents:incoming", args=[incoming.key])).content.decode()


def test_an_update_is_attached_and_answered_when_it_is_registered(axis, client):
    former = letter(axis, "5")
    later = letter(axis, "6", kind="2", about=id_of("5"), reason="Sửa thời hạn")

    change = later.changes.get()
    assert (change.former, change.kind, change.named) == (former, "update", id_of("5"))
    assert events(former) == ["incoming_arrived", "incoming_updated"]
    assert "Changed by a later document" in page(client, former)
    assert reverse("documents:incoming", args=[later.key]) in page(client, former)
    assert reverse("documents:incoming", args=[former.key]) in page(client, later)
    assert "Được cập nhật bởi văn bản sau" in page(client, former, "vi")

    actions.register(key=later.key, by=person("mai"), at=timezone.now())
    sent()
    assert told(axis)[-2:] == [
        ("03", "6/BTD-VP", ""),
        ("15", "6/BTD-VP", "Đồng ý cập nhật văn bản số 5/BTD-VP."),
    ]


def test_a_refused_update_is_answered_as_refused(axis):
    letter(axis, "5")
    later = letter(axis, "6", kind="2", about=id_of("5"))
    actions.refuse(key=later.key, reason="Gửi nhầm", by=person("mai"), at=timezone.now())
    sent()
    assert told(axis)[-2:] == [("02", "6/BTD-VP", "Gửi nhầm"), ("16", "6/BTD-VP", "Gửi nhầm")]


def test_a_replacement_marks_the_former_as_replaced(axis, client):
    former = letter(axis, "5")
    later = letter(axis, "6", kind="3", about=id_of("5"))

    assert events(former) == ["incoming_arrived", "incoming_replaced"]
    assert "Replaced by a later document" in page(client, former)
    assert "Replaces" in page(client, later)
    listed = client.get(reverse("documents:arrivals")).content.decode()
    assert listed.count("<strong>Replaced</strong>") == 1

    actions.register(key=later.key, by=person("mai"), at=timezone.now())
    sent()
    assert told(axis)[-1] == ("03", "6/BTD-VP", "Đã thay thế văn bản số 5/BTD-VP.")


def test_a_refused_replacement_leaves_the_former_unmarked_in_the_list(axis, client):
    letter(axis, "5")
    later = letter(axis, "6", kind="3", about=id_of("5"))
    actions.refuse(key=later.key, reason="Gửi nhầm", by=person("mai"), at=timezone.now())
    client.force_login(identity.demo_account("mai"))
    client.cookies["lang"] = "en"
    listed = client.get(reverse("documents:arrivals")).content.decode()
    assert "5/BTD-VP" in listed
    assert "<strong>Replaced</strong>" not in listed


@pytest.mark.parametrize("kind", ["1", "2", "3"])
def test_an_unknown_former_document_is_remarked_and_the_message_is_a_new_document(
    axis, client, kind
):
    later = letter(axis, "6", kind=kind, about=id_of("5"))
    assert later.changes.get().former is None
    assert "It is about a document that is not here" in page(client, later)
    assert id_of("5") in page(client, later)

    actions.register(key=later.key, by=person("mai"), at=timezone.now())
    sent()
    assert told(axis)[-1] == ("03", "6/BTD-VP", "")


def test_another_senders_document_is_never_touched(axis):
    theirs = letter(axis, "5", **{"from": PROVINCE})
    later = letter(axis, "6", kind="3", about=id_of("5", sender=PROVINCE))
    assert later.changes.get().former is None
    assert events(theirs) == ["incoming_arrived"]


@pytest.mark.parametrize(
    ("kind", "event", "recall"),
    [("2", "incoming_updated", ""), ("3", "incoming_replaced", ""), ("1", "", "asked")],
)
def test_what_overtook_its_former_document_is_attached_when_that_arrives(axis, kind, event, recall):
    later = letter(axis, "6", kind=kind, about=id_of("5"))
    foreign = letter(axis, "5", **{"from": PROVINCE})
    assert later.changes.get().former is None
    axis.letter(to=agency_of("mai"), number="5", subject="Văn bản số 5")
    heard()
    former = Incoming.objects.get(document_number="5", from_code=MINISTRY)

    assert later.changes.get().former == former
    assert events(former)[1:] == ([event] if event else [])
    assert (former.recall, foreign.recall) == (recall, "")


def test_a_message_told_twice_changes_once(axis):
    former = letter(axis, "5")
    axis.letter(to=agency_of("mai"), number="6", subject="Văn bản số 6", kind="3", about=id_of("5"))
    axis.tell("/_faults", duplicate=True)
    heard()
    heard()
    assert Change.objects.count() == 1
    assert events(former) == ["incoming_arrived", "incoming_replaced"]


def test_several_documents_are_replaced_at_once_and_only_here(axis):
    letter(axis, "5")
    letter(axis, "7")
    letter(axis, "8")
    rows = axis.rows("select content from message where kind = 'edoc'")
    raw = next(content for (content,) in rows if b"8/BTD-VP" in content)
    several = (
        Replacement(id_of("5"), (agency_of("mai"),)),
        Replacement(id_of("7")),
        Replacement(id_of("9"), (PROVINCE,)),
    )
    content = write(replace(read(raw), number="10", business=Business("3", replacements=several)))
    axis.tell("/_put", content=content.decode(), **{"from": MINISTRY, "to": agency_of("mai")})
    heard()
    later = Incoming.objects.get(document_number="10")
    named = later.changes.order_by("id").values_list("named", "former__document_number")
    assert list(named) == [(id_of("5"), "5"), (id_of("7"), "7")]


def test_the_published_update_is_remarked_as_about_an_unknown_document(shared_data, client):
    raw = (shared_data / "edxml" / "edoc_update.edxml").read_bytes()
    said = read(raw)
    here = agency_of("mai")
    content = raw.replace(said.to[0].code.encode(), here.encode())
    messages.receive(
        content=content, agency=here, sender=said.sender.code, axis_id="1", at=timezone.now()
    )
    heard()
    incoming = Incoming.objects.get()
    change = incoming.changes.get()
    assert (change.kind, change.named, change.former) == (
        "update", "000.00.00.G22,2014/02/30,7806/VPCP-TTĐT", None,
    )  # fmt: skip
    assert "7806/VPCP-TTĐT" in page(client, incoming)


@pytest.mark.parametrize("wrong", [{"kind": "other"}, {"former": "later"}], ids=["kind", "itself"])
def test_the_database_refuses_a_change_that_means_nothing(axis, wrong):
    former = letter(axis, "5")
    later = letter(axis, "6", kind="2", about=id_of("5"))
    fields = {"later": later, "former": former, "kind": "update", "named": "x"} | wrong
    fields["former"] = later if fields["former"] == "later" else fields["former"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.create(**fields)


def to_ministry(document, *more: actions.To):
    return with_lines(document, recipients=(actions.To("axis", MINISTRY, "Bộ Trình diễn"), *more))


def message_of(axis, document):
    key = document.recipients.get(code=MINISTRY).message
    [(content,)] = axis.rows(f"select content from message where id = '{key}'")
    return key, read(content)


@pytest.mark.parametrize(
    ("replaces", "kind", "reason"), [(True, "3", "Thay thế"), (False, "2", "Đính chính")]
)
def test_ours_tell_whoever_has_the_former_document_what_they_do_to_it(axis, replaces, kind, reason):
    jobs.empty_mailboxes()
    old = through(to_ministry(drafted()))
    sent()
    first, first_said = message_of(axis, old)
    assert first_said.business.kind == "0"

    new = actions.follow_up(key=old.key, replaces=replaces, by=person("son"), at=AT)
    assert new.recipients.get().code == MINISTRY  # whoever has the former gets this one too
    other = actions.To("axis", PROVINCE, "Ủy ban nhân dân tỉnh Trình diễn")
    new.content = {**new.content, "body": "Điều 1. Sửa như sau.\nĐiều 2. Hiệu lực."}
    new = through(to_ministry(new, other))
    sent()

    key, said = message_of(axis, new)
    assert said.business.kind == kind
    assert said.business.about(MINISTRY) == (first_said.document_id,)
    assert said.business.document_info is not replaces
    assert [one.organs for one in said.business.replacements] == ([(MINISTRY,)] if replaces else [])
    assert said.business.reason == f"{reason} văn bản số 01/QĐ-UBND ngày 24/11/2026"
    assert exchange.message(key).about == first
    # Who never got the former document gets a new one.
    elsewhere = new.recipients.get(code=PROVINCE).message
    assert exchange.message(elsewhere).business == "0"

    heard()
    to = new.recipients.get(code=MINISTRY)
    assert to.state == ("03" if replaces else "15")


def test_a_replacement_inside_the_city_marks_the_agencys_copy(client):
    own = agency_of("son")
    to = next(a for a in identity.agencies().values() if a.code != own and not a.valid_to)
    line = (actions.To("city", to.code, to.name),)
    old = through(with_lines(drafted(), recipients=line))
    new = actions.follow_up(key=old.key, replaces=True, by=person("son"), at=AT)
    new = through(with_lines(new, recipients=line))

    former, later = (Incoming.objects.get(document_key=one.key) for one in (old, new))
    assert later.changes.get().former == former
    assert events(former) == ["incoming_arrived", "incoming_replaced"]
    actions.register(key=later.key, by="clerk", at=AT)
    assert new.recipients.get().state == "03"


def test_a_correction_inside_the_city_is_agreed_to_when_it_is_registered():
    own = agency_of("son")
    to = next(a for a in identity.agencies().values() if a.code != own and not a.valid_to)
    line = (actions.To("city", to.code, to.name),)
    old = through(with_lines(drafted(), recipients=line))
    new = actions.follow_up(key=old.key, replaces=False, by=person("son"), at=AT)
    new.content = {**new.content, "body": "Điều 1 được sửa như sau."}
    new = through(with_lines(new, recipients=line))

    later = Incoming.objects.get(document_key=new.key)
    assert later.changes.get().kind == "update"
    actions.register(key=later.key, by="clerk", at=AT)
    assert new.recipients.get().state == "15"
