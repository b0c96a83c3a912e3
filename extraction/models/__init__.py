"""The tables. Invariants are constraints whose names read as sentences; every write goes through ``services``."""

from .arranging import Arrangement, ArrangementChange, Change, SourceFile
from .audit import AuditEvent
from .invoices import SETTLED, UNREAD, Invoice, InvoicePage, InvoiceQuerySet, Package, Status
from .people import Membership, Role, User, UserManager, Workspace
from .values import Correction, FieldValue, LineItem, TaxLine

__all__ = [
    "SETTLED",
    "UNREAD",
    "Arrangement",
    "ArrangementChange",
    "AuditEvent",
    "Change",
    "Correction",
    "FieldValue",
    "Invoice",
    "InvoicePage",
    "InvoiceQuerySet",
    "LineItem",
    "Membership",
    "Package",
    "Role",
    "SourceFile",
    "Status",
    "TaxLine",
    "User",
    "UserManager",
    "Workspace",
]
