"""Pages that people put together anew: where they came from, and what the documents were before."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .people import User, Workspace


class SourceFile(models.Model):
    """An upload whose pages were arranged. It shares its stored file with the invoice that it came as, and keeps it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(max_length=255)
    unlocked_file = models.FileField(max_length=255, blank=True)
    file_name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField(null=True, blank=True)  # of the whole file, where that is known

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "file"], name="source_file_once_per_workspace"),
        ]
        indexes = [models.Index(fields=["workspace", "sha256"], name="source_by_content")]

    def __str__(self) -> str:
        return self.file_name


class Arrangement(models.Model):
    """One time that somebody arranged pages. ``before`` and ``after`` are the documents by name, for people to read.

    ``size`` is the number of its changes: a purge may have taken some, and then it cannot be undone any more.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="arrangements")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    size = models.PositiveIntegerField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{', '.join(self.before)} -> {', '.join(self.after)}"


class Change(models.TextChoices):
    CHANGED = "changed", gettext_lazy("Changed")  # has other pages; ``former`` is what it was
    MADE = "made", gettext_lazy("Made")  # new, of pages of others
    DISSOLVED = "dissolved", gettext_lazy("Dissolved")  # its pages are in others or left out; it lies among the deleted


class ArrangementChange(models.Model):
    """What one arrangement did to one document. The purge of the deleted takes it along."""

    arrangement = models.ForeignKey(Arrangement, on_delete=models.CASCADE, related_name="changes")
    invoice = models.ForeignKey("Invoice", on_delete=models.CASCADE, related_name="arrangement_changes")
    kind = models.CharField(max_length=16, choices=Change.choices)
    # A row among the deleted that holds what the document was: its columns, values, rows and pages.
    former = models.OneToOneField(
        "Invoice", on_delete=models.CASCADE, null=True, blank=True, related_name="put_aside_by"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["arrangement", "invoice"], name="document_once_per_arrangement"),
            models.CheckConstraint(condition=Q(kind__in=Change.values), name="arrangement_change_is_known"),
            models.CheckConstraint(
                condition=Q(kind=Change.CHANGED, former__isnull=False)
                | (~Q(kind=Change.CHANGED) & Q(former__isnull=True)),
                name="former_document_iff_changed",
            ),
            models.CheckConstraint(
                condition=Q(former__isnull=True) | ~Q(former=F("invoice")), name="former_document_is_another_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.kind}"


def origin_words(pages: Sequence[tuple[str, int]]) -> str:
    """(file, page) in their order, for people: "pages 1-2 of scan.pdf, page 1 of photo.jpg"."""
    runs: list[tuple[str, int, int]] = []
    for file, page in pages:
        if runs and runs[-1][0] == file and page == runs[-1][2] + 1:
            runs[-1] = (file, runs[-1][1], page)
        else:
            runs.append((file, page, page))
    return ", ".join(
        _("page %(first)d of %(file)s") % {"first": first, "file": file}
        if first == last
        else _("pages %(first)d-%(last)d of %(file)s") % {"first": first, "last": last, "file": file}
        for file, first, last in runs
    )
