"""API tokens and webhooks: a part of the settings."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from extraction import services
from extraction.forms_machines import TokenForm, WebhookForm
from extraction.models import ApiToken, Webhook, WebhookDelivery, Workspace

from .common import explains_refusals, signed_in
from .settings import for_admins, section

PER_PAGE = 25


@require_http_methods(["GET", "POST"])
@for_admins
def tokens(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """All tokens, and a form for another; a new one is shown in the answer to its form, and never again."""
    form, secret = TokenForm(request.POST or None), ""
    if form.is_valid():
        try:
            _token, secret = services.token_create(
                workspace=workspace,
                user=signed_in(request),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=form.expires_at,
            )
        except services.InvalidValue as error:
            form.refuse(error.message)
        else:
            form = TokenForm()
    context = {
        "form": form,
        "secret": secret,
        "tokens": ApiToken.objects.filter(workspace=workspace).select_related("user").order_by("-created_at"),
        "webhooks": Webhook.objects.filter(workspace=workspace).order_by("pk"),
    }
    return section(request, workspace, "api", context)


@require_POST
@explains_refusals
@for_admins
def token_revoke(request: HttpRequest, workspace: Workspace, token_id: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=token_id, workspace=workspace)
    services.token_revoke(token=token, user=signed_in(request))
    messages.success(request, _("%(name)s is revoked: it opens nothing any more.") % {"name": token.name})
    return redirect("settings-api")


@require_http_methods(["GET", "POST"])
@for_admins
def webhook_new(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """The page that answers shows the secret, once."""
    form = WebhookForm(request.POST or None)
    if form.is_valid():
        try:
            hook, secret = services.webhook_create(
                workspace=workspace,
                user=signed_in(request),
                url=form.cleaned_data["url"],
                events=form.cleaned_data["events"],
            )
        except services.InvalidValue as error:
            form.refuse(error.message, "url")
        else:
            return _page(request, workspace, hook, WebhookForm(webhook=hook), secret)
    return section(request, workspace, "webhook", {"form": form, "here": "settings-api"})


@require_http_methods(["GET", "POST"])
@for_admins
def webhook(request: HttpRequest, workspace: Workspace, webhook_id: int) -> HttpResponse:
    hook = get_object_or_404(Webhook, pk=webhook_id, workspace=workspace)
    form = WebhookForm(request.POST or None, webhook=hook)
    if form.is_valid():
        try:
            services.webhook_change(webhook=hook, user=signed_in(request), **form.cleaned_data)
        except services.InvalidValue as error:
            form.refuse(error.message, "url")
        else:
            messages.success(request, _("Saved."))
            return redirect("settings-webhook", hook.pk)
    return _page(request, workspace, hook, form)


def _page(
    request: HttpRequest, workspace: Workspace, hook: Webhook, form: WebhookForm, secret: str = ""
) -> HttpResponse:
    page = Paginator(hook.deliveries.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "webhook": hook,
        "secret": secret,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "here": "settings-api",
    }
    return section(request, workspace, "webhook", context)


@require_POST
@explains_refusals
@for_admins
def webhook_do(request: HttpRequest, workspace: Workspace, webhook_id: int) -> HttpResponse:
    """Test it, make a new secret, or remove it."""
    hook, user = get_object_or_404(Webhook, pk=webhook_id, workspace=workspace), signed_in(request)
    what = request.POST.get("do")
    if what == "secret":
        secret = services.webhook_secret_renew(webhook=hook, user=user)
        return _page(request, workspace, hook, WebhookForm(webhook=hook), secret)
    if what == "remove":
        services.webhook_remove(webhook=hook, user=user)
        messages.success(request, _("The webhook is removed."))
        return redirect("settings-api")
    delivery = services.webhook_test(webhook=hook, user=user)
    if delivery.state == WebhookDelivery.State.DELIVERED:
        text = _("The test arrived: %(status)d after %(ms)d ms.")
        messages.success(request, text % {"status": delivery.status_code, "ms": delivery.milliseconds})
    else:
        messages.error(request, _("The test did not arrive. %(why)s") % {"why": delivery.error})
    return redirect("settings-webhook", hook.pk)


@require_POST
@explains_refusals
@for_admins
def delivery_replay(request: HttpRequest, workspace: Workspace, delivery_id: int) -> HttpResponse:
    rows = WebhookDelivery.objects.select_related("webhook")
    delivery = get_object_or_404(rows, pk=delivery_id, webhook__workspace=workspace)
    services.delivery_replay(delivery=delivery, user=signed_in(request))
    messages.success(request, _("It is sent once more within seconds. Reload the page to see what came of it."))
    return redirect("settings-webhook", delivery.webhook_id)
