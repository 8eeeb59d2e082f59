"""Passkeys in a browser whose authenticator is the browser's own virtual one."""

import re

import pytest

from hoaphuong.identity.totp import totp_code
from tests.browser import Walk, chromium, needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.one_database, needs_chromium]
PASSWORD = "hoa-do-thang-nam"
# Invented people; one for each test, since all of them use one city.
PEOPLE = ("be", "cu", "ty", "hoi")
MAKE = (
    "from datetime import UTC, datetime\n"
    "from hoaphuong.identity import actions\n"
    f"for name in {PEOPLE}:\n"
    f"    actions.create_account(username=name, display_name='Bé', password={PASSWORD!r},"
    " by='a', at=datetime.now(UTC))"
)
GO_ON = "main form[method=post] button.btn-primary"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(city_template, tmp_path_factory):
    with city_template.copied(tmp_path_factory.mktemp("passkeys") / "city") as city:
        made = city.python(MAKE)
        assert made.returncode == 0, made.stderr
        city.start_web()
        # An address of numbers cannot have passkeys; browsers take this name for a secure one.
        yield city.address.replace("127.0.0.1", "localhost")


def with_authenticator(walk):
    """A security key that answers at once, as the browser's tools offer it."""
    tools = walk.context.new_cdp_session(walk.page)
    tools.send("WebAuthn.enable")
    made = tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return tools, made["authenticatorId"]


def sign_in(walk, username):
    walk.open("/tai-khoan/login/")
    walk.page.fill("[name=login]", username)
    walk.page.fill("[name=password]", PASSWORD)
    walk.press(GO_ON)


def again(walk):
    """The password once more, before something about the account changes."""
    walk.page.fill("[name=password]", PASSWORD)
    walk.press(GO_ON)


def sign_out(walk):
    walk.page.locator(".drawer summary").click()
    walk.press('.drawer form[action="/tai-khoan/logout/"] button')


def serious(walk):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(walk.page).response["violations"]
    return [(walk.page.url, one["id"]) for one in found if one["impact"] in ("serious", "critical")]


def test_a_passkey_is_added_signs_in_is_renamed_and_removed(address, browser):
    walk = Walk(browser, address, width=360, language="vi")
    tools, key = with_authenticator(walk)
    faults = []
    sign_in(walk, "be")
    walk.open("/tai-khoan/hai-buoc/")
    faults += serious(walk)
    walk.press('main a[href="/tai-khoan/hai-buoc/khoa/them/"]')
    faults += serious(walk)
    again(walk)
    faults += serious(walk)
    walk.page.fill("[name=name]", "Máy cơ quan")
    walk.press("#passkey-go")
    assert len(re.findall(r"\b\d{8}\b", walk.page.locator("main").inner_text())) == 10
    faults += serious(walk)
    sign_out(walk)

    sign_in(walk, "be")
    assert "/tai-khoan/hai-buoc/ma/" in walk.page.url
    faults += serious(walk)
    walk.press("#passkey-go")
    assert walk.page.locator(".masthead .account").count()

    walk.open("/tai-khoan/hai-buoc/khoa/")
    faults += serious(walk)
    walk.press('main a[href$="/ten/"]')
    assert "/tai-khoan/xac-nhan" in walk.page.url
    faults += serious(walk)
    walk.press("#passkey-go")
    faults += serious(walk)
    walk.page.fill("[name=name]", "Máy ở nhà")
    walk.press(GO_ON)
    assert "Máy ở nhà" in walk.page.locator("main").inner_text()
    walk.press('main a[href$="/go/"]')
    faults += serious(walk)
    walk.press(GO_ON)
    assert "Máy ở nhà" not in walk.page.locator("main").inner_text()
    assert faults == []
    assert walk.errors == []
    walk.context.close()


def test_a_passkey_of_nobody_here_is_refused_with_a_sentence(address, browser):
    walk = Walk(browser, address, width=360, language="vi")
    tools, key = with_authenticator(walk)
    sign_in(walk, "cu")
    walk.open("/tai-khoan/hai-buoc/khoa/them/")
    again(walk)
    walk.press("#passkey-go")
    sign_out(walk)
    tools.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    sign_in(walk, "cu")
    walk.page.click("#passkey-go")
    told = walk.page.locator('[data-passkey-says="failed"]')
    told.wait_for(state="visible")
    assert "Chưa dùng được khóa truy cập" in told.inner_text()
    assert not walk.page.locator(".masthead .account").count()
    assert walk.errors == []
    walk.context.close()


def test_without_javascript_an_app_is_set_up_and_a_passkey_says_what_it_needs(address, browser):
    import time

    walk = Walk(browser, address, width=360, language="vi", script=False)
    sign_in(walk, "ty")
    walk.open("/tai-khoan/hai-buoc/khoa/them/")
    again(walk)
    assert "Khóa truy cập cần JavaScript" in walk.page.locator("main").inner_text()
    assert not walk.page.locator("#passkey-go").is_visible()
    walk.open("/tai-khoan/hai-buoc/ung-dung/")
    secret = walk.page.locator("main code").inner_text()
    walk.page.fill("[name=code]", totp_code(secret, int(time.time()) // 30))
    walk.press(GO_ON)
    sign_out(walk)
    sign_in(walk, "ty")
    assert "/tai-khoan/hai-buoc/ma/" in walk.page.url
    walk.page.fill("[name=code]", totp_code(secret, int(time.time()) // 30 + 1))
    walk.press(GO_ON)
    assert walk.page.locator(".masthead .account").count()
    walk.context.close()


def test_a_browser_without_passkeys_says_so(address, browser):
    walk = Walk(browser, address, width=360, language="vi")
    walk.page.add_init_script("delete window.PublicKeyCredential")
    sign_in(walk, "hoi")
    walk.open("/tai-khoan/hai-buoc/khoa/them/")
    again(walk)
    assert walk.page.locator('[data-passkey-says="none"]').is_visible()
    assert not walk.page.locator("#passkey-go").is_visible()
    assert walk.errors == []
    walk.context.close()


def test_a_visitor_of_the_demonstration_passes_the_second_factor_in_one_step(address, browser):
    walk = Walk(browser, address, width=360, language="vi")
    walk.become("lan")
    walk.page.goto("/tai-khoan/xac-nhan?next=/tro-giup")
    assert serious(walk) == []
    walk.pass_second_factor()
    assert walk.page.url.endswith("/tro-giup")
    walk.context.close()
