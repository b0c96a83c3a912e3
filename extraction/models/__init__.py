"""The tables. Invariants are constraints whose names read as sentences; every write goes through ``services``."""

from .audit import AuditEvent
from .desk import BulkAct, SavedView, SearchText
from .invoices import SETTLED, UNREAD, Invoice, InvoicePage, InvoiceQuerySet, Package, Status
from .people import Membership, Role, User, UserManager, Workspace
from .values import Correction, FieldValue, LineItem, TaxLine

__all__ = [
    "SETTLED",
    "UNREAD",
    "AuditEvent",
    "BulkAct",
    "Correction",
    "FieldValue",
    "Invoice",
    "InvoicePage",
    "InvoiceQuerySet",
    "LineItem",
    "Membership",
    "Package",
    "Role",
    "SavedView",
    "SearchText",
    "Status",
    "TaxLine",
    "User",
    "UserManager",
    "Workspace",
]
