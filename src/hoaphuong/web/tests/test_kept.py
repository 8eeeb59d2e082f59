"""What the shell remembers is told apart by what it was drawn from, and shows nothing else."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation


def test_a_kept_part_is_drawn_once_for_the_same_values():
    class Counted:
        drawn = 0

        def __str__(self):
            Counted.drawn += 1
            return "x"

        def __hash__(self):
            return 1

        def __eq__(self, other):
            return True

    part = Template("{% kept value %}{{ value }}{% endkept %}")
    assert [part.render(Context({"value": Counted()})) for _ in range(3)] == ["x", "x", "x"]
    assert Counted.drawn == 1


def test_a_kept_part_sees_only_the_values_that_it_names():
    part = Template("{% kept face %}{{ face }}:{{ person }}{{ request.actor.name }}{% endkept %}")
    assert part.render(Context({"face": "citizen", "person": "An"})) == "citizen:"
    assert part.render(Context({"face": "leader", "person": "An"})) == "leader:"


def test_a_kept_part_speaks_the_language_in_use():
    part = Template('{% kept %}{% translate "Sign in" %}{% endkept %}')
    with translation.override("en"):
        assert part.render(Context()) == "Sign in"
    with translation.override("vi"):
        assert part.render(Context()) == "Đăng nhập"


def test_a_kept_part_escapes_what_it_shows():
    part = Template("{% kept name %}{{ name }}{% endkept %}")
    assert part.render(Context({"name": "<b>"})) == "&lt;b&gt;"


def test_a_kept_part_is_never_kept_without_bound():
    part = Template("{% kept n %}{{ n }}{% endkept %}")
    for n in range(2_500):
        assert part.render(Context({"n": n})) == str(n)
    assert len(part.nodelist[0].drawn) <= 1_000


def test_an_unclosed_part_is_an_error():
    with pytest.raises(TemplateSyntaxError):
        Template("{% kept %}x")


@pytest.mark.django_db
def test_one_visitors_menu_is_not_the_next_ones(client, demo_city):
    client.post("/nhan-vat/mai")
    staff = client.get("/").content.decode()
    client.post("/nhan-vat/phuong")
    citizen = client.get("/").content.decode()
    client.cookies.clear()
    nobody = client.get("/").content.decode()
    assert "Lê Thị Mai" in staff
    assert "Lê Thị Mai" not in citizen + nobody
    assert 'href="/ho-so-cua-toi"' in citizen
    assert 'href="/ho-so-cua-toi"' not in staff
    assert "/tai-khoan/logout" not in nobody
    assert "/tai-khoan/logout" in citizen
