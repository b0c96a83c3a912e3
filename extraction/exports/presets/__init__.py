"""What accounting programs import. To add a target: a module with a ``Preset``, and its row in ``PRESETS``."""

from __future__ import annotations

from .base import WANTED, Left, LeftOut, Preset, PresetRun, Taken
from .datev import Datev
from .odoo import Odoo
from .quickbooks import QuickBooks
from .sage50 import Sage50
from .settings import Setting, Settings, parsed
from .xero import Xero

__all__ = ["PRESETS", "WANTED", "Left", "LeftOut", "Preset", "PresetRun", "Setting", "Settings", "Taken", "parsed"]

PRESETS: dict[str, Preset] = {preset.key: preset for preset in (Datev(), Xero(), QuickBooks(), Sage50(), Odoo())}
