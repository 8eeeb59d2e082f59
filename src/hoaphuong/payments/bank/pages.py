"""The bank's pages: plain, small, Vietnamese first, without script."""

import time
from collections.abc import Iterable
from datetime import datetime
from html import escape

from hoaphuong.payments.bank.books import Payment
from hoaphuong.payments.bank.codes import Code
from hoaphuong.payments.bank.moments import VIETNAM

STYLE = """
body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 38rem; padding: 1rem;
  color: #1d1d1f; background: #fff; overflow-wrap: anywhere }
.demo { background: #7a1f1f; color: #fff; padding: .6rem 1rem; margin: -1rem -1rem 1rem }
small, .en { color: #555; font-size: .9rem }
.demo .en { color: #fff }
dt { color: #555 } dd { margin: 0 0 .6rem; font-weight: 600 }
label { display: block; margin: .8rem 0 .2rem }
input, textarea { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem;
  border: 1px solid #767676; border-radius: .3rem }
button { font: inherit; padding: .7rem 1.1rem; margin: 1rem .5rem 0 0; border-radius: .3rem;
  border: 1px solid #1d4f91; background: #1d4f91; color: #fff; cursor: pointer }
button.other { background: #fff; color: #1d4f91 }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .3rem .4rem;
  border-bottom: 1px solid #ccc }
a { color: #1d4f91 }
"""
NAMES = {"vnpay": "VNPAY", "payplat": "Nền tảng thanh toán quốc gia"}
# Card numbers that nobody has: what each of them does.
CARDS = {
    "9999 0000 0000 0018": ("trả được", "pays"),
    "9999 0000 0000 0026": ("không đủ số dư", "not enough money"),
}
PAYS, POOR = (card.replace(" ", "") for card in CARDS)
STATES = {
    "open": ("Chưa trả", "not paid"),
    "paid": ("Đã trả", "paid"),
    "declined": ("Bị từ chối", "declined"),
}


def dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".") + " đ"


def page(title: str, body: str) -> bytes:
    return f"""<!doctype html><html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head><body>
<p class="demo"><strong>Ngân hàng của bản trình diễn, tiền không có thật.</strong>
<span class="en" lang="en">Bank of the demonstration, invented money.</span></p>
<main><h1>{escape(title)}</h1>{body}</main></body></html>""".encode()


def both(vietnamese: str, english: str) -> str:
    return f'{escape(vietnamese)} <span class="en" lang="en">{escape(english)}</span>'


def says(title: str, vietnamese: str, english: str, more: str = "") -> bytes:
    return page(title, f"<p>{both(vietnamese, english)}</p>{more}")


def to_pay(payment: Payment, *, wrong: tuple[str, str] | None = None) -> bytes:
    """The card page."""
    cards = "".join(f"<li>{card}: {both(*what)}</li>" for card, what in CARDS.items())
    fault = f'<p role="alert"><strong>{both(*wrong)}</strong></p>' if wrong else ""
    return page(
        NAMES[payment.provider],
        f"""{fault}<dl>
<dt>{both("Số tiền", "Amount")}</dt><dd>{dong(payment.amount)}</dd>
<dt>{both("Nội dung", "For")}</dt><dd>{escape(payment.what)}</dd>
<dt>{both("Mã giao dịch", "Reference")}</dt><dd>{escape(payment.reference)}</dd></dl>
<form method="post" action="/pay/{payment.token}">
<label for="card">{both("Số thẻ (hư cấu)", "Card number (invented)")}</label>
<input id="card" name="card" inputmode="numeric" autocomplete="off" value="{next(iter(CARDS))}">
<ul>{cards}</ul>
<button name="do" value="pay">Thanh toán <span lang="en">/ Pay</span></button>
<button class="other" name="do" value="decline">Từ chối <span lang="en">/ Decline</span></button>
<button class="other" name="do" value="walk">Bỏ đi <span lang="en">/ Walk away</span></button>
</form>""",
    )


def go_back(payment: Payment, data: str) -> bytes:
    """Back to the partner, as the platform does it: a form that carries the result."""
    paid = payment.state == "paid"
    return page(
        "Đã thanh toán" if paid else "Không thanh toán được",
        f"""<p>{both(*STATES[payment.state])}: {dong(payment.amount)}</p>
<form method="post" action="{escape(payment.back)}">
<input type="hidden" name="data" value="{escape(data)}">
<button>Trở về trang của thành phố <span lang="en">/ Back to the city</span></button></form>""",
    )


def transfer(code: Code | None, *, once: str = "", wrong: tuple[str, str] | None = None,
             text: str = "") -> bytes:  # fmt: skip
    """Where a payer opens a code, and then transfers what it says, or something else."""
    fault = f'<p role="alert"><strong>{both(*wrong)}</strong></p>' if wrong else ""
    if code is None:
        return page(
            "Chuyển khoản bằng mã VietQR",
            f"""{fault}<form method="get" action="/vietqr">
<label for="text">{both("Nội dung của mã QR", "What the QR code says")}</label>
<textarea id="text" name="text" rows="5">{escape(text)}</textarea>
<button>Mở mã <span lang="en">/ Open</span></button></form>""",
        )
    return page(
        "Chuyển khoản",
        f"""{fault}<dl>
<dt>{both("Ngân hàng", "Bank")}</dt><dd>{escape(code.bin)}</dd>
<dt>{both("Số tài khoản", "Account")}</dt><dd>{escape(code.account)}</dd></dl>
<form method="post" action="/vietqr"><input type="hidden" name="once" value="{escape(once)}">
<input type="hidden" name="text" value="{escape(text)}">
<label for="amount">{both("Số tiền (đồng)", "Amount (đồng)")}</label>
<input id="amount" name="amount" inputmode="numeric" value="{code.amount or ""}">
<label for="note">{both("Nội dung", "Note")}</label>
<input id="note" name="note" maxlength="120" value="{escape(code.note)}">
<button>Chuyển tiền <span lang="en">/ Transfer</span></button></form>""",
    )


def front(payments: Iterable[Payment], account: str, holder: str) -> bytes:
    """What there is, and the newest payments."""
    rows = "".join(
        f"<tr><td>{NAMES[one.provider]}</td><td>{escape(one.reference)}</td>"
        f"<td>{dong(one.amount)}</td><td>{both(*STATES[one.state])}</td></tr>"
        for one in payments
    )
    today = f"/statements/{account}/{datetime.fromtimestamp(time.time(), VIETNAM):%Y%m%d}.csv"
    other = both("ngày khác: đổi ngày trong địa chỉ", "other days: change the address")
    return page(
        "Ngân hàng trình diễn",
        f"""<ul>
<li><a href="/vietqr">{both("Chuyển khoản bằng mã VietQR", "Pay a VietQR code")}</a></li>
<li><a href="{today}">{both("Sao kê hôm nay", "Statement of today")}</a>
({escape(holder)}, {account}); {other}</li></ul>
<h2>{both("Giao dịch mới nhất", "Newest payments")}</h2><table>{rows}</table>""",
    )
