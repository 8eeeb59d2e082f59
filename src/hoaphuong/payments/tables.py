"""Fees and money in figures; every share keeps its numerator and denominator beside it."""

import ibis
import ibis.expr.types as ir
from ibis import _

KEYS = {
    "core_payments__orders": "order",
    "core_payments__collections": "collection",
}


def _month_of(day: ir.DateValue) -> ir.DateValue:
    """The first day of the month; truncating gives a moment on some engines, a day on others."""
    return ibis.date(day.year(), day.month(), 1)


def _dong(amount: ir.DecimalValue) -> ir.IntegerValue:
    """Whole đồng: every amount of this app is."""
    return amount.cast("int64")


def core_payments__orders(
    raw_payments__order_made: ir.Table,
    raw_payments__order_paid: ir.Table,
    raw_payments__order_cancelled: ir.Table,
    raw_payments__receipt_sealed: ir.Table,
) -> ir.Table:
    """One row per order: what was asked for, how it was paid, how soon the receipt was there."""
    made = raw_payments__order_made.group_by("order").agg(
        about_kind=_.about_kind.max(),
        about=_.about.max(),
        agency=_.agency.max(),
        amount_vnd=_dong(_.amount_amount.max()),
        ordered_on=_.ordered_on.max(),
    )
    paid = raw_payments__order_paid.group_by("order").agg(
        paid_at=_.paid_at.max(), provider=_.provider.max(), online=_.online.max()
    )
    cancelled = raw_payments__order_cancelled.group_by("order").agg(
        cancelled_on=_.cancelled_on.max()
    )
    sealed = raw_payments__receipt_sealed.group_by("order").agg(
        receipt_on=_.sealed_on.max(), receipt_seconds=_.seconds.max()
    )
    joined = made
    for other in (paid, cancelled, sealed):
        joined = joined.left_join(other, "order").drop("order_right")
    return joined.mutate(online=ibis.coalesce(_.online, ibis.literal(False)))


def core_payments__collections(
    raw_payments__payment_collected: ir.Table, raw_payments__charged_back: ir.Table
) -> ir.Table:
    """One row per money that came in, with what the payer's bank took back of it."""
    came = raw_payments__payment_collected.group_by("collection").agg(
        agency=_.agency.max(),
        provider=_.provider.max(),
        online=_.online.max(),
        amount_vnd=_dong(_.amount_amount.max()),
        paid_on=_.paid_on.max(),
    )
    # An event told twice has the same id.
    taken = raw_payments__charged_back.distinct(on="event_uuid", keep="first")
    back = taken.group_by("collection").agg(charged_back_vnd=_dong(_.amount_amount.sum()))
    joined = came.left_join(back, "collection").drop("collection_right")
    return joined.mutate(charged_back_vnd=ibis.coalesce(_.charged_back_vnd, ibis.literal(0)))


def core_payments__refunds(raw_payments__refund_sent: ir.Table) -> ir.Table:
    """One row per amount that went back."""
    return raw_payments__refund_sent.group_by("refund").agg(
        agency=_.agency.max(),
        provider=_.provider.max(),
        amount_vnd=_dong(_.amount_amount.max()),
        sent_on=_.sent_on.max(),
    )


def core_payments__days(
    raw_payments__day_compared: ir.Table,
    raw_payments__difference_settled: ir.Table,
    raw_payments__day_closed: ir.Table,
) -> ir.Table:
    """One row per compared day of a provider and an agency, as it was compared last; ``open_vnd``
    is what differs and was not settled since."""
    known = raw_payments__day_compared
    # Before the event said it, only the two sums were known.
    apart = ibis.coalesce(known.apart_amount, (known.theirs_amount - known.ours_amount).abs())
    last = (
        known.mutate(apart=apart)
        .group_by("reconciliation")
        .agg(
            agency=_.agency.max(),
            provider=_.provider.max(),
            day=_.day.max(),
            matched=_.matched.argmax(_.occurred_at),
            different=_.different.argmax(_.occurred_at),
            apart_vnd=_dong(_.apart.argmax(_.occurred_at)),
            compared_at=_.occurred_at.max(),
        )
    )
    # An event told twice has the same id.
    told = raw_payments__difference_settled.distinct(on="event_uuid", keep="first")
    since = told.join(last.select("reconciliation", "compared_at"), "reconciliation")
    settled = since.filter(_.occurred_at >= _.compared_at).group_by("reconciliation")
    done = settled.agg(settled_vnd=_dong(_.amount_amount.sum()))
    closed = raw_payments__day_closed.group_by("reconciliation").agg(closed_at=_.occurred_at.max())
    joined = last
    for other in (done, closed):
        joined = joined.left_join(other, "reconciliation").drop("reconciliation_right")
    return joined.mutate(open_vnd=_.apart_vnd - ibis.coalesce(_.settled_vnd, ibis.literal(0)))


def _with_a_fee(orders: ir.Table) -> ir.Table:
    """One row per dossier that had something to pay; one whose order was cancelled has not."""
    asked = orders.filter(
        (_.about_kind == "dossier") & (_.amount_vnd > 0) & _.cancelled_on.isnull()
    )
    return asked.group_by("about").agg(
        agency=_.agency.max(),
        ordered_on=_.ordered_on.min(),
        paid=_.paid_at.notnull().any(),
        online=(_.online & _.paid_at.notnull()).any(),
    )


def out_payments__online_share(core_payments__orders: ir.Table) -> ir.Table:
    """Dossiers whose fee was paid online, as a share of the dossiers with a fee to pay, by the
    month in which the fee was asked for and the agency: paid_online / dossiers_with_fee, between 0
    and 1. A dossier whose every fee is nothing, by exemption, has none to pay; one that is not
    paid yet counts in the denominator. Decision 766/QĐ-TTg, indicator 3.6.

    vi: Tỷ lệ hồ sơ thanh toán trực tuyến trên số hồ sơ phải nộp phí, lệ phí, theo tháng yêu cầu
    nộp và cơ quan: paid_online / dossiers_with_fee, từ 0 đến 1. Hồ sơ được miễn toàn bộ không
    thuộc diện phải nộp; hồ sơ chưa nộp vẫn tính ở mẫu số. Quyết định 766/QĐ-TTg, chỉ số 3.6.
    """
    by = _with_a_fee(core_payments__orders).group_by("agency", month=_month_of(_.ordered_on))
    counted = by.agg(
        dossiers_with_fee=_.count(),
        paid=_.count(where=_.paid),
        paid_online=_.count(where=_.online),
    )
    shares = counted.select("month", "agency", "dossiers_with_fee", "paid", "paid_online")
    return shares.mutate(online_share=_.paid_online / _.dossiers_with_fee)


def out_payments__payments(core_payments__collections: ir.Table) -> ir.Table:
    """Payments that came in, and how many of them online, by the month of the payment and the
    agency: online / payments, between 0 and 1. Online is all but cash at the counter. It counts
    payments; indicator 3.6 of Decision 766/QĐ-TTg counts dossiers: out_payments__online_share.

    vi: Số lượt nộp phí, lệ phí và số lượt nộp trực tuyến, theo tháng nộp và cơ quan: online /
    payments, từ 0 đến 1. Trực tuyến là mọi cách trừ tiền mặt tại quầy. Bảng này đếm lượt nộp; chỉ
    số 3.6, Quyết định 766/QĐ-TTg, đếm hồ sơ: out_payments__online_share.
    """
    by = core_payments__collections.group_by("agency", month=_month_of(_.paid_on))
    counted = by.agg(payments=_.count(), online=_.count(where=_.online))
    shares = counted.select("month", "agency", "payments", "online")
    return shares.mutate(online_share=_.online / _.payments)


def out_payments__money(
    core_payments__collections: ir.Table,
    core_payments__refunds: ir.Table,
    core_payments__days: ir.Table,
) -> ir.Table:
    """Money in đồng by month, agency and provider: collected, refunded, charged back by payers'
    banks, and in difference: what our books and the provider's list of a day say otherwise, each
    transaction without its sign, as far as nobody has settled it since the day was compared last.
    net_vnd is collected less refunded and charged back: a refund counts in the month in which it
    was sent, so a month may be below zero.

    vi: Số tiền (đồng) theo tháng, cơ quan và kênh thu: đã thu, đã hoàn, bị ngân hàng của người nộp
    đòi lại, và đang lệch: số tiền mà sổ của thành phố và bảng kê của kênh thu ghi khác nhau, cộng
    giá trị tuyệt đối từng giao dịch, chưa được xử lý từ lần đối soát gần nhất. net_vnd là số thực
    thu: đã thu trừ đã hoàn và bị đòi lại; khoản hoàn tính vào tháng hoàn nên có thể âm.
    """
    nothing = ibis.literal(0).cast("int64")
    names = ("collected_vnd", "refunded_vnd", "charged_back_vnd", "in_difference_vnd")

    def told(table: ir.Table, day: str, **amounts: ir.Value) -> ir.Table:
        columns = {name: amounts.get(name, nothing).cast("int64") for name in names}
        return table.select("agency", "provider", month=_month_of(table[day]), **columns)

    rows = ibis.union(
        told(
            core_payments__collections,
            "paid_on",
            collected_vnd=_.amount_vnd,
            charged_back_vnd=_.charged_back_vnd,
        ),
        told(core_payments__refunds, "sent_on", refunded_vnd=_.amount_vnd),
        told(core_payments__days, "day", in_difference_vnd=_.open_vnd),
        distinct=False,
    )
    by = rows.group_by("month", "agency", "provider")
    summed = by.agg(**{name: rows[name].sum().cast("int64") for name in names})
    return summed.mutate(net_vnd=_.collected_vnd - _.refunded_vnd - _.charged_back_vnd)


def out_payments__days_closed(core_payments__days: ir.Table) -> ir.Table:
    """Compared days of providers that an accountant closed, as a share of all compared days, by
    month, agency and provider, with the transactions that matched and that differed when they were
    compared last: closed / days, between 0 and 1.

    vi: Tỷ lệ ngày đối soát đã được kế toán khóa trên số ngày đã đối soát, theo tháng, cơ quan và
    kênh thu, kèm số giao dịch khớp và lệch ở lần đối soát gần nhất: closed / days, từ 0 đến 1.
    """
    by = core_payments__days.group_by("agency", "provider", month=_month_of(_.day))
    counted = by.agg(
        days=_.count(),
        closed=_.count(where=_.closed_at.notnull()),
        matched=_.matched.sum().cast("int64"),
        different=_.different.sum().cast("int64"),
    )
    ordered = counted.select(
        "month", "agency", "provider", "days", "closed", "matched", "different"
    )
    return ordered.mutate(closed_share=_.closed / _.days)


def out_payments__receipt_time(core_payments__orders: ir.Table) -> ir.Table:
    """Seconds from when an order's payment is known to the sealed receipt, by the month of the
    receipt and the agency: how many receipts, their total, the longest, and how many were there
    within five minutes. What a provider told late, or a bank's statement, counts from then.

    vi: Thời gian (giây) từ khi thành phố biết phiếu thu đã nộp đủ đến khi có biên lai ký số, theo
    tháng cấp biên lai và cơ quan: số biên lai, tổng thời gian, lâu nhất, và số biên lai có trong
    vòng năm phút. Khoản được báo muộn hoặc theo sao kê tính từ lúc nhận được tin.
    """
    given = core_payments__orders.filter(_.receipt_on.notnull())
    by = given.group_by("agency", month=_month_of(_.receipt_on))
    counted = by.agg(
        receipts=_.count(),
        seconds_total=_.receipt_seconds.sum().cast("int64"),
        seconds_longest=_.receipt_seconds.max(),
        within_five_minutes=_.count(where=_.receipt_seconds <= 300),
    )
    return counted.select(
        "month", "agency", "receipts", "seconds_total", "seconds_longest", "within_five_minutes"
    ).mutate(mean_seconds=_.seconds_total / _.receipts)
