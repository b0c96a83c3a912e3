"""The tables. Invariants are constraints whose names read as sentences; every write goes through ``services``."""

from .audit import AuditEvent
from .invoices import SETTLED, UNREAD, Invoice, InvoicePage, InvoiceQuerySet, Package, Status
from .people import Membership, Role, User, UserManager, Workspace
from .presence import Presence
from .values import Correction, FieldValue, LineItem, TaxLine

__all__ = [
    "SETTLED",
    "UNREAD",
    "AuditEvent",
    "Correction",
    "FieldValue",
    "Invoice",
    "InvoicePage",
    "InvoiceQuerySet",
    "LineItem",
    "Membership",
    "Package",
    "Presence",
    "Role",
    "Status",
    "TaxLine",
    "User",
    "UserManager",
    "Workspace",
]
