"""Which axis the city is connected to: said by the environment, the secret kept out of files."""

import os

from hoaphuong.exchange.providers.base import Axis, AxisFault
from hoaphuong.exchange.providers.vxp import VxpAxis


class NotConnected(AxisFault):
    """No axis is named: HOAPHUONG_AXIS, HOAPHUONG_AXIS_SYSTEM and HOAPHUONG_AXIS_SECRET."""


def connected() -> bool:
    """Whether an axis is named."""
    return bool(os.environ.get("HOAPHUONG_AXIS"))


def axis() -> Axis:
    """The city's axis; NotConnected when none is named."""
    address = os.environ.get("HOAPHUONG_AXIS", "")
    if not address:
        raise NotConnected
    return VxpAxis(
        address=address.rstrip("/"),
        system=os.environ.get("HOAPHUONG_AXIS_SYSTEM", ""),
        secret=os.environ.get("HOAPHUONG_AXIS_SECRET", ""),
    )
