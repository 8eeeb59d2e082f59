"""How quickly official documents are set."""

import datetime as dt
import json
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from hoaphuong.kernel.benching import Bench, Figure, Place

if TYPE_CHECKING:
    from hoaphuong.documents.typesetting import Paper

PAGES_A_SECOND = 150.0
PAPERS, PLAIN = 120, 30
SENTENCE = (
    "Các cơ quan, đơn vị chủ động rà soát, tổng hợp khó khăn, vướng mắc phát sinh, kịp thời báo "
    "cáo Ủy ban nhân dân thành phố xem xét, chỉ đạo giải quyết theo quy định."
)


def typeset_pages(place: Place) -> Figure:
    """Pages a second of one process: decisions with an annex, letters and reports, all different.

    The reference sets the same papers with ``typst.compile()``, which starts anew each time.
    """
    from hoaphuong.documents.typesetting import typeset

    at = dt.date(2026, 2, 3)
    papers = [_paper(n) for n in range(PAPERS)]
    typeset(_paper(PAPERS), at=at)
    started = perf_counter()
    pages = sum(typeset(paper, at=at).pages for paper in papers)
    figure = pages / (perf_counter() - started)
    return Figure(
        figure=round(figure, 1),
        unit="pages/s",
        reference=_plain([_paper(n) for n in range(PAPERS + 1, PAPERS + 1 + PLAIN)], at),
        reference_is="pages/s, typst.compile() made anew for each paper",
        target=PAGES_A_SECOND,
        about=f"{PAPERS} papers, {pages} pages, PDF/A-2b, reserved places, QR code; one process",
    )


def _paper(n: int) -> "Paper":
    from hoaphuong.documents.typesetting import Annex, Capacity, Kind, Paper, Signer

    kind = (Kind.DECISION, Kind.LETTER, Kind.REPORT)[n % 3]
    lines = [f"{SENTENCE} Lần {n}, mục {m}." for m in range(6 if n % 3 else 3)]
    if kind is Kind.DECISION:
        lines = [f"Điều {m}. {line}" for m, line in enumerate(lines, 1)]
    paper = Paper(
        kind=kind,
        parent="",
        agency="Ủy ban nhân dân thành phố Hải Phòng",
        notation="UBND-VX" if kind is Kind.LETTER else f"{kind}-UBND",
        place="Hải Phòng",
        title=f"Về việc thực hiện nhiệm vụ số {n}",
        body="\n".join(lines * (1 if n % 3 < 2 else 3)),
        signer=Signer("Lê Anh Dũng", "Phó Chủ tịch", ((Capacity.DEPUTY, "Chủ tịch"),)),
        addressees=("Các sở, ban, ngành thành phố",) if kind is Kind.LETTER else (),
        recipients=("Thường trực Thành ủy", "Văn phòng"),
        check=f"https://vanban.example.vn/kt/{n:032x}",
    )
    if kind is not Kind.DECISION:
        return paper
    rows = "\n".join(f"| {m} | Cơ quan {n} | {m * n} |" for m in range(1, 9))
    return replace(paper, annexes=(Annex("Danh sách", f"| STT | Tên | Số |\n|--|--|--|\n{rows}"),))


def _plain(papers: "list[Paper]", at: dt.date) -> float:
    """The same pages from a compiler of their own each."""
    import typst

    from hoaphuong.documents.typesetting.facts import facts_of
    from hoaphuong.documents.typesetting.letters import FONTS
    from hoaphuong.documents.typesetting.setting import HERE

    started, pages = perf_counter(), 0
    for paper in papers:
        pdf = typst.compile(
            str(HERE / "paper.typ"),
            root=str(HERE),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"paper": json.dumps(facts_of(paper, at=at))},
            pdf_standards="a-2b",
        )
        pages += pdf.count(b"/MediaBox")
    return round(pages / (perf_counter() - started), 1)


BENCHES: dict[str, Bench] = {"typeset": typeset_pages}
