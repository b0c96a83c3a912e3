"""The tables. Invariants are constraints whose names read as sentences; every write goes through ``services``."""

from .approvals import BankVerification
from .audit import AuditEvent
from .comments import Comment, Notice, Notification
from .desk import BulkAct, SavedView, SearchText
from .duplicates import DistinctPair, TextBand
from .invoices import SETTLED, UNREAD, Invoice, InvoicePage, InvoiceQuerySet, Package, Status
from .people import Membership, Role, User, UserManager, Workspace
from .presence import Presence
from .values import Correction, FieldValue, LineItem, TaxLine

__all__ = [
    "SETTLED",
    "UNREAD",
    "AuditEvent",
    "BankVerification",
    "BulkAct",
    "Comment",
    "Correction",
    "DistinctPair",
    "FieldValue",
    "Invoice",
    "InvoicePage",
    "InvoiceQuerySet",
    "LineItem",
    "Membership",
    "Notice",
    "Notification",
    "Package",
    "Presence",
    "Role",
    "SavedView",
    "SearchText",
    "Status",
    "TaxLine",
    "TextBand",
    "User",
    "UserManager",
    "Workspace",
]
