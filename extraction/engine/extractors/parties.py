"""Who sent the document and who it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..language import Language
from ..layout import Layout
from ..record import Candidate
from .addresses import find_vendor_address
from .buyers import find_buyers
from .vendor import find_vendor

if TYPE_CHECKING:
    from ..read import ReadOptions


def find_parties(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    vendors = find_vendor(layout, language, options)
    return [*vendors, *find_vendor_address(layout, vendors), *find_buyers(layout, vendors, options)]
