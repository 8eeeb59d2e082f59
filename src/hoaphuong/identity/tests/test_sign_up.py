"""A citizen makes an account; who they say they are is judged and stays unverified."""

import pytest
from django.urls import reverse

from hoaphuong.identity.models import Account, Grant, Person
from hoaphuong.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
# An invented woman of Hải Phòng, born in 1990.
FORM = {
    "username": "cong-dan",
    "email": "cd@bia.vn",
    "password1": "hoa-do-thang-nam",
    "password2": "hoa-do-thang-nam",
    "full_name": "Ngô Thị Bé",
    "personal_number": "031190000001",
    "birth_date": "02/03/1990",
    "phone": "0912 345 678",
}


def sign_up(client, language="vi", **other):
    client.cookies["lang"] = language
    return client.post(reverse("account_signup"), FORM | other)


def test_a_citizen_becomes_an_account_a_person_and_a_role(client):
    assert sign_up(client).status_code == 302
    account, person = Account.objects.get(), Person.objects.get()
    assert (account.username, account.display_name) == ("cong-dan", "Ngô Thị Bé")
    assert account.person_id == person.pk
    assert (person.personal_number, person.verified) == ("031190000001", False)
    assert (person.phone, person.email) == ("0912345678", "cd@bia.vn")
    assert list(Grant.objects.values_list("role", "agency")) == [("citizen", None)]
    bodies = "".join(JournalEntry.objects.values_list("body", flat=True))
    assert not [secret for secret in ("031190000001", "Ngô", "bia.vn", "0912") if secret in bodies]


@pytest.mark.parametrize(
    ("other", "vi", "en"),
    [
        ({"personal_number": "03119000000"}, "12 chữ số", "12 digits"),
        ({"personal_number": "03119000000a"}, "12 chữ số", "12 digits"),
        ({"personal_number": "003190000001"}, "mã tỉnh", "province"),
        ({"personal_number": "000190000001"}, "mã tỉnh", "province"),
        ({"personal_number": "031191000001"}, "năm sinh khác", "another year"),
        ({"personal_number": "031390000001"}, "năm sinh khác", "another year"),
        ({"birth_date": "31/02/1990"}, "ngày", "date"),
        ({"birth_date": "01/01/2199"}, "ngày sinh", "date of birth"),
        ({"phone": "12345"}, "số điện thoại", "phone number"),
        ({"password2": "khac-hoan-toan"}, "giống nhau", "same password"),
    ],
)
def test_what_cannot_be_right_is_said_in_both_languages_and_nothing_is_stored(
    client, other, vi, en
):
    for language, words in (("vi", vi), ("en", en)):
        answer = sign_up(client, language, **other)
        assert answer.status_code == 200
        assert words in answer.content.decode()
    assert not Account.objects.exists()
    assert not Person.objects.exists()


def test_a_citizen_born_abroad_has_a_country_s_code(client):
    assert sign_up(client, personal_number="123190000001").status_code == 302


@pytest.mark.parametrize(
    "again",
    [{"email": "khac@bia.vn"}, {"username": "Cong-Dan", "email": ""}, {"username": "khac"}],
    ids=["username", "username in other case", "address"],
)
def test_a_username_and_an_address_are_one_account_s(client, again):
    sign_up(client)
    client.logout()
    assert sign_up(client, **again).status_code == 200
    assert Account.objects.count() == 1


def test_the_same_number_again_is_another_unverified_person_who_sees_nothing_of_the_first(client):
    sign_up(client)
    first = Account.objects.get()
    client.logout()
    assert sign_up(client, username="ke-khac", email="").status_code == 302
    second = Account.objects.get(username="ke-khac")
    assert second.person_id != first.person_id
    assert not Person.objects.filter(verified=True).exists()


def test_an_address_is_optional(client):
    assert sign_up(client, email="").status_code == 302
