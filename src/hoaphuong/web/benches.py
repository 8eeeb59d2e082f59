"""What a whole city costs while nothing happens."""

from hoaphuong.kernel.benching import Bench, Figure, Place

MOST_MB = 600.0
MB = 1_000_000


def idle_memory(place: Place) -> Figure:
    """Megabytes that only ``up`` and its processes have (USS), when it stands still."""
    with place.empty() as city:
        shares = city.memory()
    total = sum(shares.values())
    return Figure(
        figure=round(total / MB, 1),
        unit="MB",
        reference=round(place.bare_memory() / MB, 1),
        reference_is="MB, a bare Django behind the same server, without a worker",
        target=MOST_MB,
        more_is_better=False,
        about=", ".join(
            f"{what.split(' ', 1)[1]} {size / MB:.0f}" for what, size in shares.items()
        ),
    )


BENCHES: dict[str, Bench] = {"idle_memory": idle_memory}
