"""Settings: the currency that the dashboard converts into, and the exchange rates for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from extraction import services
from extraction.analytics.ecb import MOST_BYTES, parse_rates
from extraction.analytics.rates import latest_rates, reporting_currency
from extraction.forms_settings import SettingsForm
from extraction.models import ExchangeRate, Workspace

from .common import signed_in
from .settings import for_admins, section

YEARS_KEPT = 10  # of an uploaded file; the command takes all
PER_PAGE = 50


class CurrencyForm(SettingsForm):
    reporting_currency = forms.CharField(
        label=gettext_lazy("Reporting currency"),
        required=False,
        max_length=3,
        help_text=gettext_lazy("Three letters, such as EUR. Empty: the one that most of the latest documents have."),
    )


class RateForm(SettingsForm):
    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), localize=False
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3)
    rate = forms.DecimalField(
        label=gettext_lazy("One euro costs"), max_digits=17, decimal_places=8, min_value=0, localize=True
    )


class FileForm(SettingsForm):
    file = forms.FileField(
        label=gettext_lazy("File of the European Central Bank"),
        widget=forms.FileInput(attrs={"accept": ".csv,.zip"}),
        help_text=gettext_lazy(
            "eurofxref-hist.zip or .csv, as it stands on the bank's pages. The last ten years count."
        ),
    )


@require_http_methods(["GET", "POST"])
@for_admins
def currency(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """One page, three forms; ``do`` says which was sent. What was typed stays where something is wrong with it."""
    do = request.POST.get("do", "")
    data = {name: request.POST if do == name else None for name in ("currency", "rate", "file")}
    forms_here: dict[str, SettingsForm] = {
        "currency": CurrencyForm(data["currency"], initial={"reporting_currency": workspace.reporting_currency}),
        "rate": RateForm(data["rate"], initial={"day": timezone.localdate()}),
        "file": FileForm(data["file"], request.FILES if do == "file" else None),
    }
    if do == "remove":
        key = request.POST.get("rate", "")
        if key.isdecimal() and len(key) < 19:
            services.rate_remove(workspace=workspace, user=signed_in(request), rate_id=int(key))
        messages.success(request, _("The rate is removed."))
        return redirect("settings-currency")
    if do in forms_here and forms_here[do].is_valid() and ACTS[do](request, workspace, forms_here[do]):
        return redirect("settings-currency")
    wrong = forms_here[do] if do in forms_here and forms_here[do].errors else None
    return section(request, workspace, "currency", {"forms": forms_here, "form": wrong, **_rates(request, workspace)})


def _rates(request: HttpRequest, workspace: Workspace) -> dict[str, Any]:
    rows = ExchangeRate.objects.filter(workspace=workspace, source="typed").order_by("-date", "currency")
    known = ExchangeRate.objects.filter(Q(workspace=workspace) | Q(workspace__isnull=True))
    return {
        "reporting": reporting_currency(workspace),
        "latest": latest_rates(workspace),
        "known": known.count(),
        "typed": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }


def _set_currency(request: HttpRequest, workspace: Workspace, form: SettingsForm) -> bool:
    code = form.cleaned_data["reporting_currency"]
    try:
        services.workspace_reporting_currency_set(workspace=workspace, user=signed_in(request), reporting_currency=code)
    except services.InvalidValue as error:
        form.refuse(error.message, "reporting_currency")
        return False
    messages.success(request, _("Saved."))
    return True


def _add_rate(request: HttpRequest, workspace: Workspace, form: SettingsForm) -> bool:
    try:
        services.rate_save(workspace=workspace, user=signed_in(request), **form.cleaned_data)
    except services.InvalidValue as error:
        form.refuse(error.message, "currency" if "rate" not in error.message else "rate")
        return False
    messages.success(request, _("The rate is saved; it counts at once."))
    return True


def _import(request: HttpRequest, workspace: Workspace, form: SettingsForm) -> bool:
    today = timezone.localdate()
    since = today.replace(year=today.year - YEARS_KEPT, day=1)
    upload = form.cleaned_data["file"]
    try:
        if upload.size > MOST_BYTES:
            raise ValueError(_("This file is too large to be a file of exchange rates."))
        rates = parse_rates(upload.read(), since=since)
        count = services.rates_import(rates, workspace=workspace, user=signed_in(request))
    except ValueError as error:
        form.refuse(str(error), "file")
        return False
    text = ngettext("%(n)d exchange rate imported.", "%(n)d exchange rates imported.", count)
    messages.success(request, text % {"n": count})
    return True


ACTS: dict[str, Callable[[HttpRequest, Workspace, SettingsForm], bool]] = {
    "currency": _set_currency,
    "rate": _add_rate,
    "file": _import,
}
