"""What the bank is told to do wrong, and where."""

from typing import Any

# Kind → where it happens: in a notice, in the answer to the city, or on the payer's page.
KINDS = {
    "twice": ("notice",),
    "late": ("notice",),
    "never": ("notice",),
    "out_of_order": ("notice",),
    "wrong_amount": ("notice", "answer"),
    "wrong_signature": ("notice", "answer"),
    "hang": ("answer", "page"),
    "status": ("answer", "page"),
    "lose_answer": ("page", "answer"),
}
PROVIDERS = ("vnpay", "payplat", "*")


def read(asked: dict[str, Any]) -> dict[str, Any]:
    """``{"fault", "provider", "next", "seconds", "at"}`` with what is left out; ValueError."""
    kind = asked.get("fault")
    if kind not in KINDS:
        raise ValueError("fault is one of " + ", ".join(KINDS))
    provider, place = asked.get("provider", "*"), asked.get("at", KINDS[kind][0])
    if provider not in PROVIDERS:
        raise ValueError("provider is vnpay, payplat or *")
    if place not in KINDS[kind]:
        raise ValueError(f"{kind} happens at " + " or ".join(KINDS[kind]))
    if unknown := asked.keys() - {"fault", "provider", "next", "seconds", "at"}:
        raise ValueError(f"unknown: {sorted(unknown)[0]}")
    return {
        "provider": provider,
        "kind": kind,
        "seconds": float(asked.get("seconds", 3)),
        "place": place,
        "next": int(asked.get("next", 1)),
    }
