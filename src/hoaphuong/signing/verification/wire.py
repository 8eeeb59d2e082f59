"""A report as JSON and back: between processes, and for those who ask the API or the command."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from hoaphuong.signing.contracts import Change, Report, SignatureFinding, Verdict

MOMENTS = ("certificate_from", "certificate_to", "claimed_at", "stamped_at", "revoked_at")
FIRST = ("signer", "intact", "trusted", "level", "changed_after")


def told(report: Report, *, detail: bool = True) -> dict[str, Any]:
    """What the API and the command answer: docs/api.md; without ``detail`` what is promised."""
    signatures = [_finding(one) for one in report.signatures]
    return {
        "file": report.file,
        "verdict": report.verdict.value,
        "reason": report.reason,
        "signatures": signatures
        if detail
        else [{name: one[name] for name in FIRST} for one in signatures],
    }


def packed(report: Report) -> dict[str, Any]:
    """All of a report, in what JSON has."""
    about = asdict(report)
    return {**about, "signatures": [_finding(one) for one in report.signatures]}


def unpacked(value: dict[str, Any]) -> Report:
    """A report from what ``packed`` made; ValueError, KeyError or TypeError for anything else."""
    known = {one.name for one in fields(Report)}
    about = {name: value[name] for name in known if name in value}
    return Report(
        **{
            **about,
            "verdict": Verdict(value["verdict"]),
            "warnings": tuple(map(str, value["warnings"])),
            "signatures": tuple(_back(one) for one in value["signatures"]),
        }
    )


def _finding(one: SignatureFinding) -> dict[str, Any]:
    about = asdict(one)
    for name in MOMENTS:
        about[name] = about[name].isoformat() if about[name] else None
    about["verdict"], about["level"] = one.verdict.value, str(one.level)
    return {name: about[name] for name in (*FIRST, *(n for n in about if n not in FIRST))}


def _back(value: dict[str, Any]) -> SignatureFinding:
    moments = {n: datetime.fromisoformat(value[n]) if value[n] else None for n in MOMENTS}
    return SignatureFinding(
        **{
            **value,
            **moments,
            "verdict": Verdict(value["verdict"]),
            "changes": tuple(Change(**one) for one in value["changes"]),
        }
    )
