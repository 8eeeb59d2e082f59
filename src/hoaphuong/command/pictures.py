"""``pictures``: starts a demonstration city of its own and takes the README's pictures of it."""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hoaphuong.command.benching.city import RealCity
from hoaphuong.command.refusal import Refusal
from hoaphuong.command.test import ROOT, browser

PHONE, DESKTOP, TALL = (360, 740), (1280, 760), (1280, 1180)
SLIP_DPI = 70
PATIENCE_S, STILL_S = 120.0, 6.0
# A birth as somebody in a hurry fills it in: no name, and a day that no year has.
TYPED = {
    "child_birth_date": "31/02/2026",
    "child_birth_place": "Bệnh viện Phụ sản Hải Phòng",
    "child_ethnicity": "Kinh",
    "child_home_town": "Hải Phòng",
    "phone": "0912 345 678",
}
BIRTH = "1.001193"
SEND = "main form[method=post] button.btn-primary"


def run(asked: argparse.Namespace) -> int:
    chromium = browser()
    if not chromium:
        return 1
    folder = (asked.folder or ROOT / "docs" / "pictures").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hoaphuong-pictures-") as home:
        city = RealCity(Path(home), "")
        city.prepare("small")
        with city.serving(), city.worker(), _opened(chromium) as opened:
            _take_all(city, opened, folder)
    return 0


@contextmanager
def _opened(chromium: str) -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Refusal("pictures need the packages of the tests: run `test` once.") from None

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=quiet)
        yield opened
        opened.close()


class _Sitting:
    """One person in front of one screen."""

    def __init__(
        self, city: RealCity, opened: Any, folder: Path, *, size: tuple[int, int], language: str
    ) -> None:
        self.folder = folder
        self.context = opened.new_context(
            base_url=city.address,
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=1.5 if size == PHONE else 1,
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self.page.goto(f"/ngon-ngu/{language}?next=/nhan-vat")

    def become(self, username: str) -> None:
        self.page.goto("/nhan-vat")
        self.press(f'form[action$="/{username}"] button')

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def take(self, name: str) -> None:
        """One screen as it stands."""
        self.page.evaluate("document.fonts.ready.then(() => document.activeElement?.blur())")
        path = self.folder / f"{name}.png"
        self.page.screenshot(path=path)
        _said(path)


def _said(path: Path) -> None:
    print(f"{path}  {path.stat().st_size / 1_000:.0f} kB", file=sys.stderr)


def _take_all(city: RealCity, opened: Any, folder: Path) -> None:
    phone = _Sitting(city, opened, folder, size=PHONE, language="vi")
    phone.page.goto("/thu-tuc?q=dang ky khai sinh")
    phone.take("services")
    phone.become("phuong")
    phone.page.goto(f"/thu-tuc/{BIRTH}/nop")
    phone.press(SEND)
    phone.page.check("input[name=kind][value=child]")
    phone.page.select_option("#commune", index=1)
    phone.press(SEND)
    phone.page.select_option("[name=relation]", index=1)
    phone.page.locator("[name=child_sex]").first.check()
    for name, typed in TYPED.items():
        phone.page.fill(f"[name={name}]", typed)
    phone.press("button[name=go]")
    phone.page.locator(".error-summary").evaluate("summary => summary.scrollIntoView()")
    phone.take("form")

    desk = _Sitting(city, opened, folder, size=DESKTOP, language="vi")
    desk.become("son")
    desk.take("inbox")
    desk.page.goto("/co-quan?stage=4")
    desk.press(".inbox a.title")
    number = desk.page.locator("h1").inner_text()
    phone.page.goto(f"/tra-cuu?so={number}")
    phone.page.locator("#found").scroll_into_view_if_needed()
    phone.take("tracking")
    slip = desk.page.locator('a[href$="phieu.pdf"]').get_attribute("href")
    desk.press(".masthead .tools a[hreflang=en]")
    desk.take("dossier")
    _slip(folder / "slip.png", desk.context.request.get(slip).body())

    leader = _Sitting(city, opened, folder, size=TALL, language="en")
    leader.become("hung")
    _until_counted(leader.page)
    leader.take("scoreboard")
    leader.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    leader.page.goto("/du-lieu")
    leader.take("data")


def _until_counted(page: Any) -> None:
    """The worker of a new city needs a few seconds; then its figures stand still."""
    deadline, figures, since = time.monotonic() + PATIENCE_S, "", time.monotonic()
    while time.monotonic() < deadline:
        page.goto("/dieu-hanh?nam=2023")
        now = "".join(page.locator(".figure-value").all_inner_texts())
        if now != figures:
            figures, since = now, time.monotonic()
        elif now and time.monotonic() - since > STILL_S:
            return
        time.sleep(0.5)
    raise Refusal("the city of the pictures was not counted.")


def _slip(path: Path, pdf: bytes) -> None:
    """The slip as it is printed; without Poppler the picture that is there stays."""
    if not (pdftoppm := shutil.which("pdftoppm")):
        print("hoaphuong: no pdftoppm: the picture of the slip stays.", file=sys.stderr)
        return
    words = [pdftoppm, "-png", "-singlefile", "-r", str(SLIP_DPI), "-", str(path.with_suffix(""))]
    subprocess.run(words, input=pdf, check=True)
    _said(path)
