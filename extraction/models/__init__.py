"""The tables. Invariants are constraints whose names read as sentences; every write goes through ``services``."""

from .audit import AuditEvent
from .invoices import SETTLED, UNREAD, Invoice, InvoicePage, InvoiceQuerySet, Package, Status
from .people import Membership, Role, User, UserManager, Workspace
from .tables import EditedTable
from .values import Correction, FieldValue, LineItem, TaxLine

__all__ = [
    "SETTLED",
    "UNREAD",
    "AuditEvent",
    "Correction",
    "EditedTable",
    "FieldValue",
    "Invoice",
    "InvoicePage",
    "InvoiceQuerySet",
    "LineItem",
    "Membership",
    "Package",
    "Role",
    "Status",
    "TaxLine",
    "User",
    "UserManager",
    "Workspace",
]
