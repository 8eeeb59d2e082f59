"""A token on its holder's own machine: the digest goes out, a CMS comes in, through the API."""

import base64
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hoaphuong.files import queries as files
from hoaphuong.identity import queries as identity
from hoaphuong.signing import actions, signables
from hoaphuong.signing.contracts import Level, ToSign
from hoaphuong.signing.models import PaperSignature, Prepared
from hoaphuong.signing.pdf.cms import Signer
from hoaphuong.signing.providers.software import SoftwareKey
from hoaphuong.signing.signables import Signable
from hoaphuong.signing.tests.factories import YEAR, key_and_certificate
from hoaphuong.signing.tests.pdf_papers import typeset
from tests.second_factor import pass_second_factor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_city")]
KIND = "tests.paper"


@pytest.fixture
def told(monkeypatch):
    """What the app that owns the paper was told."""
    found = []

    def to_sign(subject, *, account, certificate):
        return ToSign(content=typeset(), level=Level.B_B)

    def signed(subject, *, content, file, by, at):
        if subject == "gone":
            raise signables.NotSignable("moved_on")
        found.append((subject, file.key))

    monkeypatch.setattr(
        signables, "SIGNABLES", [Signable(KIND, "Paper", "signing.sign", to_sign, signed)]
    )
    signables.signables.cache_clear()
    yield found
    signables.signables.cache_clear()


class Token:
    """A person's own machine with the key on it, signed in at the city."""

    def __init__(self, username: str, *, second_factor: bool = True):
        now = timezone.now()
        key, self.certificate = key_and_certificate(begins=now - YEAR, ends=now + YEAR)
        self.key = SoftwareKey(key, self.certificate, ())
        self.account = identity.demo_account(username)
        self.held = actions.record_certificate(
            provider="client",
            certificate=self.certificate,
            account=self.account.key,
            by="t",
            at=now,
        )
        self.client = Client()
        self.client.force_login(self.account, "allauth.account.auth_backends.AuthenticationBackend")
        if second_factor:
            pass_second_factor(self.client, self.account)

    def ask(self, subject: str = "a", *, certificate: str = ""):
        asked = {"kind": KIND, "subject": subject, "certificate": certificate or self.held.key}
        return self._post("/api/signing/prepared", asked)

    def message(self, digest: bytes) -> bytes:
        signer = Signer(self.certificate, ())
        return signer.message(digest, self.key.sign(signer.attributes(digest)), None)

    def answer(self, asked: dict, *, digest: bytes = b"", key: str = ""):
        message = self.message(digest or base64.b64decode(asked["digest"]))
        said = {
            "format": asked["format"],
            "key": asked["key"],
            "cms": base64.b64encode(message).decode(),
        }
        return self._post(f"/api/signing/prepared/{key or asked['key']}/cms", said)

    def _post(self, address: str, body: dict):
        return self.client.post(address, json.dumps(body), content_type="application/json")


def test_a_token_s_message_makes_a_signed_paper_once(told):
    lan = Token("lan")
    asked = lan.ask().json()
    assert base64.b64decode(asked["certificate"]) == lan.certificate
    assert asked["answer_to"].endswith(f"/api/signing/prepared/{asked['key']}/cms")
    signed = lan.answer(asked)
    assert signed.status_code == 200
    assert told == [("a", signed.json()["file"])]
    with files.open_file(signed.json()["file"]) as stored:
        content = stored.read()
    assert content.startswith(typeset())
    assert b"/ByteRange" in content[len(typeset()) :]
    row = PaperSignature.objects.get()
    assert (row.paper, row.level, row.item) == ("a", "B-B", None)
    assert lan.answer(asked).status_code == 404  # signed already
    assert len(told) == 1


def test_a_message_over_another_digest_or_of_another_exchange_signs_nothing(told):
    lan = Token("lan")
    asked, other = lan.ask("a").json(), lan.ask("b").json()
    assert lan.answer(asked, digest=b"\1" * 32).status_code == 422
    assert lan.answer(asked, key=other["key"]).status_code == 422
    assert told == []
    assert lan.answer(asked).status_code == 200  # the right one still does


def test_only_the_holder_who_showed_a_second_factor_signs_with_a_token(told):
    lan, hung, careless = Token("lan"), Token("hung"), Token("lan", second_factor=False)
    asked = lan.ask().json()
    assert hung.answer(asked).status_code == 404
    assert hung.ask(certificate=lan.held.key).status_code == 403
    assert careless.ask().status_code == 403
    assert careless.answer(asked).status_code == 403
    assert Token("tri").ask().status_code == 403
    assert lan.ask(certificate="none").status_code == 404
    assert told == []


def test_what_the_paper_s_app_refuses_leaves_no_trace(told):
    lan = Token("lan")
    asked = lan.ask("gone").json()
    assert lan.answer(asked).status_code == 409
    assert not PaperSignature.objects.exists()
    assert Prepared.objects.get().finished_at is None


def test_what_is_prepared_lasts_a_day_and_is_then_forgotten(told):
    lan = Token("lan")
    asked = lan.ask().json()
    Prepared.objects.update(
        prepared_at=timezone.now() - timedelta(hours=25),
        expires_at=timezone.now() - timedelta(hours=1),
    )
    assert lan.answer(asked).status_code == 404
    assert actions.forget_prepared(at=timezone.now()) == 1
    assert told == []


def test_the_action_itself_refuses_strangers_and_what_is_over(told):
    lan, now = Token("lan"), timezone.now()
    asked = lan.ask().json()
    message = lan.message(base64.b64decode(asked["digest"]))
    for by, at in (("hung", now), (lan.account.key, now + timedelta(hours=25))):
        with pytest.raises(actions.NotPrepared):
            actions.finish_with_cms(key=asked["key"], cms=message, by=by, at=at)
    actions.finish_with_cms(key=asked["key"], cms=message, by=lan.account.key, at=now)
    with pytest.raises(actions.NotPrepared):
        actions.finish_with_cms(key=asked["key"], cms=message, by=lan.account.key, at=now)
    assert len(told) == 1


def test_a_withdrawn_certificate_s_message_comes_too_late(told):
    lan = Token("lan")
    asked = lan.ask().json()
    actions.withdraw_certificate(
        key=lan.held.key, reason="keyCompromise", by="t", at=timezone.now()
    )
    assert lan.answer(asked).status_code == 403
    assert told == []
