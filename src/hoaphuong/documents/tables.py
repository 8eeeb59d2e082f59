"""Official documents in figures; every share keeps its numerator and denominator beside it."""

import ibis
import ibis.expr.types as ir
from ibis import _

KEYS = {
    "core_documents__documents": "document",
    "core_documents__assignments": "assignment",
}


def _month_of(day: ir.DateValue) -> ir.DateValue:
    """The first day of the month; truncating gives a moment on some engines, a day on others."""
    return ibis.date(day.year(), day.month(), 1)


def core_documents__documents(
    raw_documents__document_numbered: ir.Table, raw_documents__document_issued: ir.Table
) -> ir.Table:
    """One row per document that has a number, with the signatures that are on it."""
    numbered = raw_documents__document_numbered.group_by("document").agg(
        agency=_.agency.max(),
        kind=_.kind.max(),
        directive=_.directive.max(),
        numbered_on=_.issued_on.max(),
    )
    issued = raw_documents__document_issued.group_by("document").agg(
        issued_on=_.issued_on.max(), signed=_.signed.max(), sealed=_.sealed.max()
    )
    joined = numbered.left_join(issued, "document")
    both = ibis.coalesce(joined.signed & joined.sealed, ibis.literal(False))
    return joined.select(
        "document", "agency", "kind", "directive", "numbered_on", "issued_on", fully_signed=both
    )


def core_documents__copies(raw_documents__document_dispatched: ir.Table) -> ir.Table:
    """One row per copy that was sent: to whom, by which way."""
    by = raw_documents__document_dispatched.group_by("document", "place", "recipient")
    return by.agg(agency=_.agency.max(), kind=_.kind.max(), sent_on=_.dispatched_on.max())


def core_documents__assignments(
    raw_documents__assignment_given: ir.Table,
    raw_documents__assignment_reported: ir.Table,
    raw_documents__assignment_settled: ir.Table,
) -> ir.Table:
    """One row per assignment: its due day, and the day of its last report if there is one."""
    given = raw_documents__assignment_given.group_by("assignment").agg(
        agency=_.agency.max(),
        given_by=_.given_by.max(),
        directive=_.directive.max(),
        given_on=_.given_on.max(),
        due_on=_.due_on.max(),
    )
    reported = raw_documents__assignment_reported.group_by("assignment").agg(
        reported_on=_.reported_on.argmax(_.occurred_at),
        days_late=_.days_late.argmax(_.occurred_at),
        reported_at=_.occurred_at.max(),
    )
    settled = raw_documents__assignment_settled.group_by("assignment").agg(
        settled=_.status.argmax(_.occurred_at), settled_at=_.occurred_at.max()
    )
    joined = given.left_join(reported, "assignment").drop("assignment_right")
    joined = joined.left_join(settled, "assignment").drop("assignment_right")
    # A report that was given back is none; the next one is later than that.
    given_back = (joined.settled == "open") & (joined.settled_at >= joined.reported_at)
    return joined.select(
        "assignment",
        "agency",
        "given_by",
        "directive",
        "given_on",
        "due_on",
        cancelled=ibis.coalesce(joined.settled == "cancelled", ibis.literal(False)),
        reported_on=ibis.ifelse(
            ibis.coalesce(given_back, ibis.literal(False)), ibis.null("date"), joined.reported_on
        ),
        days_late=joined.days_late,
    )


def out_documents__signed_share(core_documents__documents: ir.Table) -> ir.Table:
    """Documents that carry both the digital signature of the competent person and the digital
    seal of the agency, as a share of all documents that were given a number, by the month in
    which the number was given, the agency and whether they are directive documents:
    fully_signed / documents, between 0 and 1. A document that has a number but is not sealed yet
    counts in the denominator.

    vi: Tỷ lệ văn bản có đủ chữ ký số của người có thẩm quyền và chữ ký số của cơ quan trên tổng số
    văn bản đã cấp số, theo tháng cấp số, cơ quan và theo việc có phải văn bản chỉ đạo điều hành:
    fully_signed / documents, từ 0 đến 1. Văn bản đã cấp số nhưng chưa ký số của cơ quan vẫn tính ở
    mẫu số.
    """
    by = core_documents__documents.group_by("agency", "directive", month=_month_of(_.numbered_on))
    counted = by.agg(documents=_.count(), fully_signed=_.count(where=_.fully_signed))
    shares = counted.select("month", "agency", "directive", "documents", "fully_signed")
    return shares.mutate(signed_share=_.fully_signed / _.documents)


def out_documents__exchanged_share(core_documents__copies: ir.Table) -> ir.Table:
    """Copies of issued documents that went to their recipient electronically (inside the city's
    program or through the document exchange), as a share of all copies sent, by month and agency:
    electronic / copies, between 0 and 1.

    vi: Tỷ lệ bản văn bản gửi điện tử (trong hệ thống của thành phố hoặc qua trục liên thông văn
    bản) trên tổng số bản văn bản đã gửi, theo tháng và cơ quan: electronic / copies, từ 0 đến 1.
    """
    by = core_documents__copies.group_by("agency", month=_month_of(_.sent_on))
    counted = by.agg(copies=_.count(), electronic=_.count(where=_.place != "paper"))
    return counted.select("month", "agency", "copies", "electronic").mutate(
        exchanged_share=_.electronic / _.copies
    )


def out_documents__assignments_on_time(core_documents__assignments: ir.Table) -> ir.Table:
    """Assignments reported as done by their due day, as a share of the assignments reported, by
    the month of the due day, the agency that had to do them and whether a directive document gave
    them: on_time / reported, between 0 and 1. Assignments that were taken back are not counted;
    assignments says how many were due.

    vi: Tỷ lệ nhiệm vụ báo cáo hoàn thành đúng hạn trên số nhiệm vụ đã báo cáo, theo tháng đến hạn,
    cơ quan thực hiện và theo việc do văn bản chỉ đạo giao hay không: on_time / reported, từ 0 đến
    1. Không tính nhiệm vụ đã thu hồi; assignments là tổng số nhiệm vụ đến hạn.
    """
    counted = core_documents__assignments.filter(~_.cancelled)
    by = counted.group_by("agency", "directive", month=_month_of(_.due_on))
    done = by.agg(
        assignments=_.count(),
        reported=_.count(where=_.reported_on.notnull()),
        on_time=_.count(where=_.reported_on.notnull() & (_.reported_on <= _.due_on)),
    )
    shares = done.select("month", "agency", "directive", "assignments", "reported", "on_time")
    return shares.mutate(
        on_time_share=ibis.ifelse(_.reported > 0, _.on_time / _.reported, ibis.null("float64"))
    )
