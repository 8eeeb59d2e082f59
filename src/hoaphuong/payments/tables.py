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
    raw_payments__day_compared: ir.Table, raw_payments__day_closed: ir.Table
) -> ir.Table:
    """One row per compared day of a provider and an agency, as it was compared last."""
    last = raw_payments__day_compared.group_by("reconciliation").agg(
        agency=_.agency.max(),
        provider=_.provider.max(),
        day=_.day.max(),
        matched=_.matched.argmax(_.occurred_at),
        different=_.different.argmax(_.occurred_at),
        ours_vnd=_dong(_.ours_amount.argmax(_.occurred_at)),
        theirs_vnd=_dong(_.theirs_amount.argmax(_.occurred_at)),
    )
    closed = raw_payments__day_closed.group_by("reconciliation").agg(closed_at=_.occurred_at.max())
    return last.left_join(closed, "reconciliation").drop("reconciliation_right")


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


def out_payments__money(
    core_payments__collections: ir.Table,
    core_payments__refunds: ir.Table,
    core_payments__days: ir.Table,
) -> ir.Table:
    """Money in đồng by month, agency and provider: collected, refunded, charged back by payers'
    banks, and the difference between our books and the providers' lists on the days of the month
    as they were compared last (theirs less ours, added without sign by day).

    vi: Số tiền (đồng) theo tháng, cơ quan và kênh thu: đã thu, đã hoàn, bị ngân hàng của người nộp
    đòi lại, và chênh lệch giữa sổ của thành phố với bảng kê của kênh thu theo lần đối soát gần
    nhất (cộng giá trị tuyệt đối từng ngày).
    """
    nothing = ibis.literal(0).cast("int64")
    names = ("collected_vnd", "refunded_vnd", "charged_back_vnd", "in_difference_vnd")

    def told(table: ir.Table, day: str, **amounts: ir.Value) -> ir.Table:
        columns = {name: amounts.get(name, nothing).cast("int64") for name in names}
        return table.select("agency", "provider", month=_month_of(table[day]), **columns)

    apart = (_.theirs_vnd - _.ours_vnd).abs()
    rows = ibis.union(
        told(
            core_payments__collections,
            "paid_on",
            collected_vnd=_.amount_vnd,
            charged_back_vnd=_.charged_back_vnd,
        ),
        told(core_payments__refunds, "sent_on", refunded_vnd=_.amount_vnd),
        told(core_payments__days, "day", in_difference_vnd=apart),
        distinct=False,
    )
    by = rows.group_by("month", "agency", "provider")
    return by.agg(**{name: rows[name].sum().cast("int64") for name in names})


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
    """Seconds from the payment to the sealed receipt, by the month of the receipt and the agency:
    how many receipts, their total, the longest, and how many were there within five minutes.

    vi: Thời gian từ khi nộp tiền đến khi có biên lai đã ký số (giây), theo tháng cấp biên lai và cơ
    quan: số biên lai, tổng thời gian, lâu nhất, và số biên lai có trong vòng năm phút.
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
