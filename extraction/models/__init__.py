"""The tables. Invariants are constraints whose names read as sentences; every write goes through ``services``."""

from .approvals import BankVerification
from .arranging import Arrangement, ArrangementChange, Change, SourceFile
from .audit import AuditEvent
from .bi import Day
from .comments import Comment, Notice, Notification
from .desk import BulkAct, SavedView, SearchText
from .duplicates import DistinctPair, TextBand
from .exports import BatchStatus, ExportBatch, ExportBatchItem, ExportProfile, VendorCode
from .inbound import Letter, Mailbox, Security, Source, WatchFolder
from .invoices import SETTLED, UNREAD, Channel, Invoice, InvoicePage, InvoiceQuerySet, Package, Status
from .people import Membership, Role, User, UserManager, Workspace
from .presence import Presence
from .tables import EditedTable
from .values import Correction, FieldValue, LineItem, TaxLine

__all__ = [
    "SETTLED",
    "UNREAD",
    "Arrangement",
    "ArrangementChange",
    "AuditEvent",
    "BankVerification",
    "BatchStatus",
    "BulkAct",
    "Change",
    "Channel",
    "Comment",
    "Correction",
    "Day",
    "DistinctPair",
    "EditedTable",
    "ExportBatch",
    "ExportBatchItem",
    "ExportProfile",
    "FieldValue",
    "Invoice",
    "InvoicePage",
    "InvoiceQuerySet",
    "Letter",
    "LineItem",
    "Mailbox",
    "Membership",
    "Notice",
    "Notification",
    "Package",
    "Presence",
    "Role",
    "SavedView",
    "SearchText",
    "Security",
    "Source",
    "SourceFile",
    "Status",
    "TaxLine",
    "TextBand",
    "User",
    "UserManager",
    "VendorCode",
    "WatchFolder",
    "Workspace",
]
