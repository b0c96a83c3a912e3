"""Profiles of exports: their list, their editor, and the codes of vendors.

The editor works by the server: each button (add a column, move it, remove it) sends the whole form and gets it back
changed, so nothing typed is lost and it works without scripts; with htmx only the form is exchanged.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from extraction import services
from extraction.exports import EXPORTS
from extraction.exports.codes import code_book
from extraction.exports.presets import PRESETS, WANTED
from extraction.exports.profiles import (
    CONSTANT,
    OPTIONS,
    USUAL,
    Draft,
    column_dict,
    new_draft,
    plan_of,
    problems_of,
    sample_rows,
)
from extraction.exports.records import read_records
from extraction.exports.selection import Selection
from extraction.exports.shapes import FORMATS
from extraction.exports.tables import LEVELS, SOURCES, Level, sources_for
from extraction.models import ExportProfile, Invoice, VendorCode, Workspace
from extraction.permissions import NotAllowed, require
from extraction.services.export_profiles import CODE_FIELDS

from .common import explains_refusals, is_htmx, refused, signed_in
from .exports import own_workspace

MOST_IMPORTED = 1024 * 1024
SPARE_ROWS = 3


def own_profile(request: HttpRequest, profile_id: int) -> ExportProfile:
    found = ExportProfile.objects.select_related("workspace")
    profile = get_object_or_404(found, workspace__memberships__user=signed_in(request), pk=profile_id)
    require("export", workspace=profile.workspace, user=signed_in(request))
    return profile


@require_GET
@explains_refusals
def profiles(request: HttpRequest) -> HttpResponseBase:
    try:
        workspace = own_workspace(signed_in(request))
    except NotAllowed as error:
        return render(request, "exports/refused.html", {"message": error.message}, status=403)
    rows = [
        {"profile": row, "preset": PRESETS.get(row.preset), "format": EXPORTS.get(row.format), "problem": _first(row)}
        for row in ExportProfile.objects.filter(workspace=workspace)
    ]
    context = {"rows": rows, "presets": PRESETS.values(), "tab": "profiles", "workspace": workspace}
    return render(request, "exports/profiles.html", context)


def _first(row: ExportProfile) -> str:
    return next(iter(problems_of(Draft.of(row)).values()), "")


@require_http_methods(["GET", "POST"])
@explains_refusals
def profile_new(request: HttpRequest) -> HttpResponseBase:
    workspace = own_workspace(signed_in(request))
    if request.method == "GET":
        return _editor(request, workspace, new_draft(request.GET.get("preset", "")), None)
    return _posted(request, workspace, None)


@require_http_methods(["GET", "POST"])
@explains_refusals
def profile(request: HttpRequest, profile_id: int) -> HttpResponseBase:
    found = own_profile(request, profile_id)
    if request.method == "GET":
        return _editor(request, found.workspace, Draft.of(found), found)
    return _posted(request, found.workspace, found)


@require_POST
@explains_refusals
def profile_copy(request: HttpRequest, profile_id: int) -> HttpResponse:
    made = services.profile_copy(profile=own_profile(request, profile_id), user=signed_in(request))
    messages.success(request, _("“%(name)s” was made. Change what differs.") % {"name": made.name})
    return redirect("export-profile", profile_id=made.pk)


@require_POST
@explains_refusals
def profile_delete(request: HttpRequest, profile_id: int) -> HttpResponse:
    found = own_profile(request, profile_id)
    services.profile_delete(profile=found, user=signed_in(request))
    messages.success(
        request, _("The profile “%(name)s” was deleted. Exports made with it stay.") % {"name": found.name}
    )
    return redirect("export-profiles")


# --- the editor -------------------------------------------------------------------------------------------------------


def _posted(request: HttpRequest, workspace: Workspace, found: ExportProfile | None) -> HttpResponseBase:
    """A button of the form: ``do`` says which; without it, it is saved."""
    draft = draft_of(request.POST)
    do = request.POST.get("do", "save")
    if do != "save":
        focus = changed(draft, do)
        return _editor(request, workspace, draft, found, focus=focus)
    try:
        saved = services.profile_save(workspace=workspace, user=signed_in(request), draft=draft, profile=found)
    except services.InvalidProfile as error:
        return _editor(request, workspace, draft, found, problems=error.problems, status=422)
    messages.success(request, _("The profile “%(name)s” is saved.") % {"name": saved.name})
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("export-profiles")})
    return redirect("export-profiles")


def draft_of(data: QueryDict) -> Draft:
    """The form as it was sent; columns come as lists side by side."""
    lists = [data.getlist(name) for name in ("source", "title", "column_format", "value")]
    columns = [column_dict(*cells) for cells in zip(*lists, strict=False)]
    preset = data.get("preset", "")
    names = [one.name for one in PRESETS[preset].settings] if preset in PRESETS else list(OPTIONS)
    checks = {one.name for one in PRESETS[preset].settings if one.kind == "check"} if preset in PRESETS else set()
    return Draft(
        name=data.get("name", ""),
        preset=preset,
        format=data.get("format", "csv"),
        level=data.get("level", "header"),
        columns=columns,
        # A box without its tick is not sent at all.
        options={name: data.get(f"options.{name}", "" if name in checks else USUAL.get(name, "")) for name in names},
    )


def changed(draft: Draft, do: str) -> str:
    """Does what a button of the columns says; returns the control to go on with, as ``NAME-COLUMN``."""
    act, _colon, number = do.partition(":")
    at = int(number) if number.isdecimal() and len(number) < 5 else -1
    columns = draft.columns
    if act in ("add", "constant"):
        columns.append(column_dict("vendor_name" if act == "add" else CONSTANT))
        return f"{'source' if act == 'add' else 'value'}-{len(columns) - 1}"
    if not 0 <= at < len(columns):
        return ""
    if act == "remove":
        del columns[at]
        return f"remove-{min(at, len(columns) - 1)}" if columns else "add"
    to = at + {"up": -1, "down": 1}.get(act, 0)
    if to == at or not 0 <= to < len(columns):
        return ""
    columns[at], columns[to] = columns[to], columns[at]
    # The button that would lead further than the end cannot be pressed: the other one takes its place.
    ends = {"up": to == 0, "down": to == len(columns) - 1}
    other = "down" if act == "up" else "up"
    return f"{other if ends[act] else act}-{to}"


def _editor(
    request: HttpRequest,
    workspace: Workspace,
    draft: Draft,
    found: ExportProfile | None,
    *,
    problems: dict[str, str] | None = None,
    focus: str = "",
    status: int = 200,
) -> HttpResponse:
    known = problems_of(draft)
    context = {
        "draft": draft,
        "profile": found,
        "preset": PRESETS.get(draft.preset),
        "settings": _settings(draft, problems or {}),
        "formats": EXPORTS,
        "levels": LEVELS,
        "options": _options(draft, problems or {}),
        "columns": _columns(draft, problems or {}, focus),
        "here": reverse("export-profile", args=[found.pk]) if found else reverse("export-profile-new"),
        "problems": problems or {},
        "focus": focus,
        "workspace": workspace,
        "tab": "profiles",
        "sample": _sample(workspace, draft, {name: one for name, one in known.items() if name != "name"}),
    }
    template = "exports/_editor.html" if is_htmx(request) else "exports/profile.html"
    return render(request, template, context, status=status)


def _settings(draft: Draft, problems: dict[str, str]) -> list[dict[str, Any]]:
    preset = PRESETS.get(draft.preset)
    return [
        {
            "setting": one,
            "value": draft.options.get(one.name, one.default),
            "problem": problems.get(f"options.{one.name}", ""),
        }
        for one in (preset.settings if preset else ())
    ]


def _options(draft: Draft, problems: dict[str, str]) -> list[dict[str, Any]]:
    labels = {
        "delimiter": _("Columns parted by"),
        "decimal": _("Decimal mark"),
        "dates": _("Dates"),
        "encoding": _("Characters"),
        "bom": _("Excel mark (BOM)"),
    }
    shown = {"csv": list(OPTIONS), "xlsx": ["dates"]}.get(draft.format, [])
    return [
        {
            "name": name,
            "label": labels[name],
            "choices": OPTIONS[name],
            "value": draft.options.get(name, USUAL[name]),
            "problem": problems.get(f"options.{name}", ""),
            "shown": name in shown,
        }
        for name in OPTIONS
    ]


def _columns(draft: Draft, problems: dict[str, str], focus: str) -> list[dict[str, Any]]:
    level = Level(draft.level) if draft.level in LEVELS else Level.HEADER
    groups: dict[str, list[tuple[str, str]]] = {}
    for source in sources_for(level):
        groups.setdefault(str(source.group), []).append((source.name, str(source.label)))
    rows = []
    for at, column in enumerate(draft.columns):
        chosen = SOURCES.get(column["source"])
        rows.append(
            column
            | {
                "groups": groups,
                "constant": column["source"] == CONSTANT,
                "known": chosen is not None and level in chosen.levels,
                "formats": FORMATS[chosen.kind] if chosen else {},
                "problem": problems.get(f"columns.{at}", ""),
                "focus": focus.removesuffix(f"-{at}") if focus.endswith(f"-{at}") else "",
            }
        )
    return rows


def _sample(workspace: Workspace, draft: Draft, problems: dict[str, str]) -> dict[str, Any]:
    """The first rows as this profile would write them, or why there are none."""
    if problems:
        return {"problem": next(iter(problems.values()))}
    ids = list(Selection(again=True).invoices(workspace).order_by("-pk").values_list("pk", flat=True)[:20])
    if not ids:
        return {"empty": True}
    wanted = WANTED if draft.preset else plan_of(draft).wanted
    records = [
        record
        for part in read_records(ids, base=Invoice.objects.all(), wanted=wanted, book=code_book(workspace))
        for record in part
    ]
    titles, rows, left = sample_rows(draft, records)
    return {"titles": titles, "rows": rows, "left": left[:3]}


# --- vendor codes -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@explains_refusals
def codes(request: HttpRequest) -> HttpResponseBase:
    """A grid of all codes, saved as a whole."""
    user = signed_in(request)
    workspace = own_workspace(user)
    if request.method == "GET":
        rows = list(VendorCode.objects.filter(workspace=workspace).values(*CODE_FIELDS))
        return _grid(request, workspace, rows)
    lists = [request.POST.getlist(name) for name in CODE_FIELDS]
    typed = [dict(zip(CODE_FIELDS, cells, strict=True)) for cells in zip(*lists, strict=False)]
    if request.POST.get("do") == "more":
        return _grid(request, workspace, typed, focus=len(typed))
    try:
        count = services.codes_replace(workspace=workspace, user=user, rows=typed)
    except services.InvalidCodes as error:
        return _grid(request, workspace, typed, problems=error.rows, message=error.message, status=422)
    told = ngettext("%(n)d vendor code is saved.", "%(n)d vendor codes are saved.", count)
    messages.success(request, told % {"n": count})
    return redirect("vendor-codes")


@require_POST
@explains_refusals
def codes_import(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    workspace = own_workspace(user)
    file = request.FILES.get("file")
    if file is None:
        return refused(request, _("Choose a CSV file first."), status=422)
    if (file.size or 0) > MOST_IMPORTED:
        return refused(request, _("The file is larger than 1 MB. Import it in parts."), status=422)
    try:
        count = services.codes_import(workspace=workspace, user=user, data=file.read())
    except services.InvalidCodes as error:
        told = [_("Row %(n)d: %(problem)s") % {"n": at + 1, "problem": problem} for at, problem in error.rows.items()]
        return refused(request, " ".join([error.message, *told[:3]]), status=422)
    told_count = ngettext("%(n)d vendor code was imported.", "%(n)d vendor codes were imported.", count)
    messages.success(request, told_count % {"n": count})
    return redirect("vendor-codes")


def _grid(
    request: HttpRequest,
    workspace: Workspace,
    rows: list[dict[str, str]],
    *,
    problems: dict[int, str] | None = None,
    message: str = "",
    focus: int = -1,
    status: int = 200,
) -> HttpResponse:
    spare = [dict.fromkeys(CODE_FIELDS, "") for _at in range(SPARE_ROWS)]
    labels = {
        "vendor_name": _("Vendor"),
        "vendor_tax_id": _("VAT ID"),
        "vendor_account": _("Vendor account"),
        "account": _("Expense account"),
        "tax_code": _("Tax code"),
        "cost_centre": _("Cost centre"),
    }
    known = problems or {}
    shown = [
        {"cells": [(name, row[name]) for name in CODE_FIELDS], "problem": known.get(at, "")}
        for at, row in enumerate([*rows, *spare])
    ]
    names = Invoice.objects.filter(workspace=workspace, deleted_at__isnull=True).exclude(vendor_name="")
    context = {
        "rows": shown,
        "labels": labels,
        "message": message,
        "focus": focus,
        "workspace": workspace,
        "tab": "codes",
        "vendors": names.order_by("vendor_name").values_list("vendor_name", flat=True).distinct()[:500],
        "count": len(rows),
    }
    return render(request, "exports/codes.html", context, status=status)
