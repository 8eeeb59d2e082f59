"""The result of a dossier is an official document, signed and sealed like any other."""

import pytest
from django.utils import timezone

from hoaphuong.documents import queries as documents
from hoaphuong.documents.models import Document
from hoaphuong.documents.tests.factories import issued, person, signed
from hoaphuong.dossiers import actions
from hoaphuong.dossiers.models import Dossier
from hoaphuong.dossiers.reactions import keep_result
from hoaphuong.dossiers.tests import factories
from hoaphuong.identity import queries as identity
from hoaphuong.kernel import journal
from hoaphuong.kernel.reactions import Fact

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(demo_city) -> Dossier:
    """A dossier of the ward that an officer has taken up."""
    ward = identity.demo_account("son").agency_id
    made = factories.submit(ward, at=timezone.now())
    actions.receive(key=made.key, by=person("mai"), at=timezone.now())
    return actions.process(key=made.key, by=person("son"), at=timezone.now())


def decided(dossier: Dossier, outcome: str = "granted", note: str = "") -> Document:
    actions.decide(
        key=dossier.key, outcome=outcome, note=note, by=person("son"), at=timezone.now(),
        with_document=True,
    )  # fmt: skip
    return Document.objects.get(dossier=dossier.key)


def test_a_decision_lies_on_the_desk_of_who_signs_for_the_agency(dossier):
    document = decided(dossier)

    assert (document.status, document.signer_key) == ("to_sign", person("lan"))
    assert dossier.number in document.subject_line
    assert not document.shown_publicly


def test_a_refusal_gives_its_reason(dossier):
    document = decided(dossier, "refused", "Thiếu giấy tờ | bản chính")
    assert "Lý do: Thiếu giấy tờ / bản chính" in document.content["body"]


def test_the_result_is_handed_over_only_when_it_is_signed_and_sealed(dossier):
    document = decided(dossier)
    with pytest.raises(actions.ResultNotIssued):
        actions.hand_over(key=dossier.key, by=person("mai"), at=timezone.now())

    issued(signed(document), at=timezone.now())
    actions.hand_over(key=dossier.key, by=person("mai"), at=timezone.now())


def test_the_issued_result_is_with_the_dossier_once_however_often_it_is_told(dossier):
    document = issued(signed(decided(dossier)), at=timezone.now())
    [told] = [e for e in journal.timeline(document.key) if e[1] == "documents.document_issued"]
    uuid, name, by, body, at = told
    fact = Fact(uuid, name, document.key, by, body, at)

    keep_result(fact)
    keep_result(fact)

    file = dossier.files.get(purpose="result")
    assert file.file_key == document.file_key
    assert documents.of_dossiers([dossier.key])[dossier.key].status == "issued"


def test_a_signer_without_a_position_leaves_a_draft_to_mend(dossier):
    from hoaphuong.identity.models import Account

    Account.objects.filter(key=person("lan")).update(position="")
    document = decided(dossier)
    assert document.status in ("draft", "to_sign")
    dossier.refresh_from_db()
    assert dossier.status == 9
