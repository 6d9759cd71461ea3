"""The virtual card: ``VirtualCard`` is a :class:`onshi.seams.CardLink`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onshi.card.card import VirtualCard as VirtualCard
    from onshi.card.device import CardDevice as CardDevice
    from onshi.card.device import device_names as device_names
    from onshi.card.device import load_device as load_device

__all__ = ["CardDevice", "VirtualCard", "device_names", "load_device"]

_LAZY = {
    "CardDevice": "onshi.card.device",
    "VirtualCard": "onshi.card.card",
    "device_names": "onshi.card.device",
    "load_device": "onshi.card.device",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
