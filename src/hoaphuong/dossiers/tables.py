"""Public services in figures: one row per dossier, and what is counted from it.

Every share keeps its numerator and denominator beside it, so a total over months, agencies or
divisions is a sum of counts and never a mean of means.
"""

import ibis
import ibis.expr.types as ir
from ibis import _

KEYS = {"core_dossiers__dossiers": "dossier"}


def core_dossiers__dossiers(
    raw_dossiers__dossier_submitted: ir.Table,
    raw_dossiers__dossier_received: ir.Table,
    raw_dossiers__dossier_declined: ir.Table,
    raw_dossiers__dossier_status_changed: ir.Table,
    raw_dossiers__supplement_requested: ir.Table,
    raw_dossiers__supplement_received: ir.Table,
    raw_dossiers__dossier_decided: ir.Table,
    raw_dossiers__dossier_returned: ir.Table,
    raw_dossiers__dossier_withdrawn: ir.Table,
) -> ir.Table:
    """One row per dossier with the days on which things happened to it.

    Only the greatest value and the value of the latest event are taken, so an event told twice
    changes nothing.
    """
    stopped = raw_dossiers__dossier_status_changed.filter(_.to_status == 8)
    facts = [
        _facts(
            raw_dossiers__dossier_submitted,
            "agency division sector procedure channel applicant_kind submitted_on",
        ),
        _facts(
            raw_dossiers__dossier_received.mutate(due_from=_.occurred_at),
            "agency division sector procedure channel received_on due_on due_from",
        ),
        _facts(raw_dossiers__dossier_declined, "declined_on"),
        _facts(stopped.mutate(stopped_on=_.changed_on), "stopped_on"),
        _facts(raw_dossiers__supplement_requested.mutate(asked_at=_.occurred_at), "asked_at"),
        _facts(
            raw_dossiers__supplement_received.mutate(
                brought_at=_.occurred_at, due_from=_.occurred_at
            ),
            "brought_at due_on due_from",
        ),
        _facts(
            raw_dossiers__dossier_decided.mutate(
                decided_by=_.agency, decided_due_on=_.due_on, due_from=_.occurred_at
            ),
            "decided_by outcome decided_on decided_due_on working_days days_late",
        ),
        _facts(raw_dossiers__dossier_returned, "returned_on"),
        _facts(raw_dossiers__dossier_withdrawn, "withdrawn_on"),
    ]
    told = ibis.union(*facts, distinct=False)
    dossiers = told.group_by("dossier").agg(
        agency=_latest(_.agency),
        division=_latest(_.division),
        sector=_latest(_.sector),
        procedure=_latest(_.procedure),
        channel=_latest(_.channel),
        applicant_kind=_.applicant_kind.max(),
        submitted_on=_.submitted_on.max(),
        received_on=_.received_on.max(),
        due_on=_.due_on.argmax(_.due_from),
        declined_on=_.declined_on.max(),
        stopped_on=_.stopped_on.max(),
        asked_at=_.asked_at.max(),
        brought_at=_.brought_at.max(),
        decided_by=_.decided_by.max(),
        outcome=_.outcome.max(),
        decided_on=_.decided_on.max(),
        decided_due_on=_.decided_due_on.max(),
        working_days=_.working_days.max(),
        days_late=_.days_late.max(),
        returned_on=_.returned_on.max(),
        withdrawn_on=_.withdrawn_on.max(),
    )
    waits = _.asked_at.notnull() & (_.brought_at.isnull() | (_.brought_at < _.asked_at))
    return dossiers.mutate(waits_for_applicant=waits).drop("asked_at", "brought_at")


def _latest(column: ir.Value) -> ir.Value:
    """The value of the latest event that brings one."""
    return column.argmax(_.occurred_at, where=column.notnull())


def _month_of(day: ir.DateValue) -> ir.DateValue:
    """The first day of the month; truncating gives a moment on some engines, a day on others."""
    return ibis.date(day.year(), day.month(), 1)


# Every column a fact about a dossier may bring, in the order in which facts are stacked.
BROUGHT = {
    "agency": "string",
    "division": "string",
    "sector": "string",
    "procedure": "string",
    "channel": "string",
    "applicant_kind": "string",
    "decided_by": "string",
    "outcome": "string",
    "submitted_on": "date",
    "received_on": "date",
    "due_on": "date",
    "declined_on": "date",
    "stopped_on": "date",
    "decided_on": "date",
    "decided_due_on": "date",
    "returned_on": "date",
    "withdrawn_on": "date",
    "due_from": "timestamp('UTC')",
    "asked_at": "timestamp('UTC')",
    "brought_at": "timestamp('UTC')",
    "working_days": "int64",
    "days_late": "int64",
}


def _facts(table: ir.Table, brings: str) -> ir.Table:
    """One kind of event in the common columns; what it does not bring is empty."""
    own = brings.split()
    columns = {
        name: (table[name] if name in own else ibis.null()).cast(kind)
        for name, kind in BROUGHT.items()
    }
    return table.select("dossier", "occurred_at", **columns)


def out_dossiers__received(core_dossiers__dossiers: ir.Table) -> ir.Table:
    """Dossiers accepted as complete by the one-stop office, by the month of acceptance, the
    agency, the applicant's commune as it was reported, the sector and the channel (online,
    direct or post). Dossiers that were declined are not counted.

    vi: Hồ sơ được bộ phận một cửa tiếp nhận hợp lệ, theo tháng tiếp nhận, cơ quan, đơn vị hành
    chính của người nộp theo địa bàn tại thời điểm nộp, lĩnh vực và hình thức nộp (trực tuyến,
    trực tiếp, bưu chính). Không tính hồ sơ bị từ chối tiếp nhận.
    """
    received = core_dossiers__dossiers.filter(_.received_on.notnull())
    by = received.group_by(
        "agency", "division", "sector", "channel", month=_month_of(_.received_on)
    )
    return by.agg(dossiers=_.count()).select(
        "month", "agency", "division", "sector", "channel", "dossiers"
    )


def out_dossiers__online_share(out_dossiers__received: ir.Table) -> ir.Table:
    """Dossiers submitted online as a share of the dossiers received, by month of reception,
    agency and commune: online / dossiers, between 0 and 1.

    vi: Tỷ lệ hồ sơ nộp trực tuyến trên tổng số hồ sơ tiếp nhận, theo tháng tiếp nhận, cơ quan và
    đơn vị hành chính: online / dossiers, từ 0 đến 1.
    """
    by = out_dossiers__received.group_by("month", "agency", "division")
    counted = by.agg(
        dossiers=_.dossiers.sum(),
        online=_.dossiers.sum(where=_.channel == "online").fill_null(0),
    )
    return counted.mutate(online_share=_.online / _.dossiers)


def out_dossiers__on_time_share(core_dossiers__dossiers: ir.Table) -> ir.Table:
    """Decisions made on or before the due day as a share of the decisions that had a due day, by
    month of decision, agency and commune: on_time / decided_with_due_day. Days on which the
    agency waited for the applicant do not count against it.

    vi: Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn trên số hồ sơ đã giải quyết có hạn trả, theo
    tháng giải quyết, cơ quan và đơn vị hành chính: on_time / decided_with_due_day. Thời gian chờ
    người nộp bổ sung hồ sơ không tính vào thời hạn.
    """
    decided = core_dossiers__dossiers.filter(_.decided_on.notnull() & _.decided_due_on.notnull())
    by = decided.group_by("division", month=_month_of(_.decided_on), agency=_.decided_by)
    counted = by.agg(
        decided_with_due_day=_.count(), on_time=_.count(where=_.days_late == 0)
    ).select("month", "agency", "division", "decided_with_due_day", "on_time")
    return counted.mutate(on_time_share=_.on_time / _.decided_with_due_day)


def out_dossiers__mean_working_days(core_dossiers__dossiers: ir.Table) -> ir.Table:
    """Working days from reception to decision, pauses taken out, on average over the dossiers
    decided, by month of decision, agency and commune: working_days_total / decided.

    vi: Số ngày làm việc bình quân từ khi tiếp nhận đến khi giải quyết xong, đã trừ thời gian tạm
    dừng, tính trên hồ sơ đã giải quyết, theo tháng giải quyết, cơ quan và đơn vị hành chính:
    working_days_total / decided.
    """
    decided = core_dossiers__dossiers.filter(_.decided_on.notnull())
    by = decided.group_by("division", month=_month_of(_.decided_on), agency=_.decided_by)
    counted = by.agg(decided=_.count(), working_days_total=_.working_days.sum()).select(
        "month", "agency", "division", "decided", "working_days_total"
    )
    return counted.mutate(mean_working_days=_.working_days_total / _.decided)


def out_dossiers__overdue(
    core_dossiers__dossiers: ir.Table, reference__today: ir.Table
) -> ir.Table:
    """Open dossiers and those of them whose due day is past, by agency and commune, on the day of
    the computation: overdue / open_dossiers. A dossier that waits for its applicant is open but
    not overdue.

    vi: Hồ sơ đang giải quyết và số hồ sơ trong đó đã quá hạn, theo cơ quan và đơn vị hành chính,
    tại ngày tính số liệu: overdue / open_dossiers. Hồ sơ đang chờ người nộp bổ sung vẫn là hồ sơ
    đang giải quyết nhưng không tính là quá hạn.
    """
    still_open = core_dossiers__dossiers.filter(
        _.received_on.notnull()
        & _.decided_on.isnull()
        & _.withdrawn_on.isnull()
        & _.declined_on.isnull()
        & _.stopped_on.isnull()
    )
    dated = still_open.cross_join(reference__today.select(as_of="today"))
    by = dated.group_by("as_of", "agency", "division")
    late = (_.due_on < _.as_of) & ~_.waits_for_applicant
    counted = by.agg(open_dossiers=_.count(), overdue=_.count(where=late))
    return counted.mutate(overdue_share=_.overdue / _.open_dossiers)


def out_dossiers__last_31_days(
    core_dossiers__dossiers: ir.Table, reference__today: ir.Table
) -> ir.Table:
    """Dossiers received and dossiers decided on each of the last 31 days, by agency.

    vi: Số hồ sơ tiếp nhận và số hồ sơ giải quyết xong trong từng ngày của 31 ngày gần nhất, theo
    cơ quan.
    """
    every = core_dossiers__dossiers
    received = every.select(
        "agency", day="received_on", received=ibis.literal(1), decided=ibis.literal(0)
    )
    decided = every.select(
        agency="decided_by", day="decided_on", received=ibis.literal(0), decided=ibis.literal(1)
    )
    both = received.union(decided).cross_join(reference__today)
    recent = both.filter((_.day <= _.today) & (_.day > _.today - ibis.interval(days=31)))
    return recent.group_by("day", "agency").agg(received=_.received.sum(), decided=_.decided.sum())


def out_dossiers__city_year(core_dossiers__dossiers: ir.Table) -> ir.Table:
    """The city's dossiers by calendar year: received, decided, how many of each came online, and
    how many of the decided that had a due day were on time.

    vi: Hồ sơ của toàn thành phố theo năm: số tiếp nhận, số đã giải quyết, trong đó số nộp trực
    tuyến, và số hồ sơ giải quyết đúng hạn trên số hồ sơ đã giải quyết có hạn trả.
    """
    online = (core_dossiers__dossiers.channel == "online").cast("int64")
    every = core_dossiers__dossiers.mutate(online=online)
    none = ibis.literal(0).cast("int64")
    received = every.filter(_.received_on.notnull()).select(
        year=_.received_on.year().cast("int64"),
        received=ibis.literal(1).cast("int64"),
        received_online=_.online,
        decided=none,
        decided_online=none,
        decided_with_due_day=none,
        on_time=none,
    )
    has_due = _.decided_due_on.notnull()
    decided = every.filter(_.decided_on.notnull()).select(
        year=_.decided_on.year().cast("int64"),
        received=none,
        received_online=none,
        decided=ibis.literal(1).cast("int64"),
        decided_online=_.online,
        decided_with_due_day=has_due.cast("int64"),
        on_time=(has_due & (_.days_late == 0)).cast("int64"),
    )
    both = received.union(decided)
    measures = [name for name in both.columns if name != "year"]
    return both.group_by("year").agg(**{m: both[m].sum() for m in measures})


def out_dossiers__fees_by_procedure(
    core_dossiers__dossiers: ir.Table, core_payments__orders: ir.Table
) -> ir.Table:
    """Dossiers with a fee to pay and those of them paid online, by the month in which the fee was
    asked for, agency and procedure. Indicator 3.5 of Decision 766/QĐ-TTg is made of it: procedures
    with a dossier paid online / procedures with a dossier that had a fee, between 0 and 1, each
    procedure once in whatever months and agencies. A procedure that nobody used is not counted.

    vi: Số hồ sơ phải nộp phí, lệ phí và số hồ sơ đã nộp trực tuyến, theo tháng yêu cầu nộp, cơ quan
    và thủ tục. Chỉ số 3.5, Quyết định 766/QĐ-TTg: số thủ tục có hồ sơ nộp trực tuyến / số thủ tục
    có hồ sơ phải nộp phí, từ 0 đến 1, mỗi thủ tục tính một lần dù ở nhiều tháng, nhiều cơ quan. Thủ
    tục không phát sinh hồ sơ không được tính.
    """
    asked = core_payments__orders.filter(
        (_.about_kind == "dossier") & (_.amount_vnd > 0) & _.cancelled_on.isnull()
    ).mutate(online=_.online & _.paid_at.notnull())
    named = asked.select("about", "agency", "ordered_on", "online").join(
        core_dossiers__dossiers.select(about=_.dossier, procedure=_.procedure), "about"
    )
    each = named.group_by("about", "procedure").agg(
        agency=_.agency.max(), ordered_on=_.ordered_on.min(), online=_.online.any()
    )
    by = each.group_by("agency", "procedure", month=_month_of(_.ordered_on))
    counted = by.agg(dossiers_with_fee=_.count(), paid_online=_.count(where=_.online))
    return counted.select("month", "agency", "procedure", "dossiers_with_fee", "paid_online")
