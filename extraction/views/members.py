"""Who belongs to a workspace: invite, role, link, on and off, remove."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from extraction import administration, services
from extraction.forms_settings import InviteForm, WelcomeForm
from extraction.models import Membership, Role, Workspace

from .common import explains_refusals, signed_in
from .settings import for_admins, section

SHOWN_LINK = "shown_link"  # in the session, until the page after the next shows it


@require_http_methods(["GET", "POST"])
@for_admins
def members(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """The members; POST invites one."""
    form = InviteForm(request.POST or None)
    if form.is_valid():
        try:
            invitation = services.member_invite(
                workspace=workspace,
                user=signed_in(request),
                site=request.build_absolute_uri("/")[:-1],
                **form.cleaned_data,
            )
        except services.InvalidValue as error:
            form.refuse(error.message, "email")
        else:
            told(request, invitation)
            return redirect("settings-members")
    user = signed_in(request)
    rows = administration.members_of(workspace)
    beyond = services.out_of_reach(user, [row.user for row in rows])
    context = {
        "form": form,
        "rows": [(row, row.user_id not in beyond, row.user_id == user.pk) for row in rows],
        "roles": Role.choices,
        "link": request.session.pop(SHOWN_LINK, None),
        "days": settings.LINK_DAYS,
    }
    return section(request, workspace, "members", context)


def told(request: HttpRequest, invitation: services.Invitation) -> None:
    account = invitation.member.user
    if invitation.mailed:
        messages.success(request, _("%(email)s is invited by e-mail.") % {"email": account.email})
    if invitation.path:
        show_link(request, account.email, invitation.path, mailed=invitation.mailed)
    else:
        messages.success(request, _("%(email)s is a member now and signs in as before.") % {"email": account.email})


def show_link(request: HttpRequest, email: str, path: str, *, mailed: bool = False) -> None:
    address = request.build_absolute_uri(path)
    request.session[SHOWN_LINK] = {"email": email, "address": address, "mailed": mailed}


@require_POST
@explains_refusals
@for_admins
def member_change(request: HttpRequest, workspace: Workspace, member_id: int) -> HttpResponse:
    """``do``: role, link, off, on or remove."""
    member = get_object_or_404(
        Membership.objects.select_related("user", "workspace"), workspace=workspace, pk=member_id
    )
    user, do, who = signed_in(request), request.POST.get("do"), {"who": str(member.user)}
    if do == "role":
        services.member_role_set(member=member, user=user, role=request.POST.get("role", ""))
        text = _("%(who)s is %(role)s now.") % {**who, "role": member.get_role_display()}
    elif do == "link":
        show_link(request, member.user.email, services.member_link(member=member, user=user))
        return redirect("settings-members")
    elif do in ("off", "on"):
        services.member_active_set(member=member, user=user, active=do == "on")
        text = (_("%(who)s can sign in again.") if do == "on" else _("%(who)s cannot sign in any more.")) % who
    elif do == "remove":
        services.member_remove(member=member, user=user)
        text = _("%(who)s is not a member any more.") % who
        if member.user_id == user.pk:
            messages.success(request, text)
            return redirect("inbox")
    else:
        raise Http404
    messages.success(request, text)
    return redirect("settings-members")


class Welcome(PasswordResetConfirmView):
    """Behind an invitation or a new link: choose a password, then be signed in."""

    template_name = "registration/welcome.html"
    form_class = WelcomeForm
    post_reset_login = True
    post_reset_login_backend = "django.contrib.auth.backends.ModelBackend"
    success_url = reverse_lazy("inbox")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "account": self.user}
