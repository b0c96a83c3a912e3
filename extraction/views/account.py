"""A person's own account, the workspace they work in, and their first steps."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from extraction import administration, selectors, services
from extraction.forms import OwnPasswordForm
from extraction.forms_settings import ProfileForm, WorkspaceForm

from .common import signed_in, where_from


def password(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = OwnPasswordForm(user, request.POST or None)
    if form.is_valid():
        services.password_set(user=user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)  # this browser stays signed in, all others are signed out
        messages.success(request, _("Your password is changed."))
        return redirect("inbox")
    return render(request, "registration/password.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    initial = {"name": user.name, "language": user.preferences.get("language", "")}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        services.profile_set(user=user, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"] or translation.get_language()):
            messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "account/profile.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def workspace_choose(request: HttpRequest) -> HttpResponse:
    """Work in another of one's own workspaces."""
    user, chosen = signed_in(request), request.POST.get("workspace", "")
    workspace = next((found for found in selectors.workspaces_of(user) if str(found.pk) == chosen), None)
    if workspace is None:
        raise Http404
    services.workspace_choose(user=user, workspace=workspace)
    return redirect("inbox")


@require_http_methods(["GET", "POST"])
def workspace_new(request: HttpRequest) -> HttpResponse:
    """Another workspace, for whoever administers one."""
    user = signed_in(request)
    if not services.may_create_workspaces(user):
        raise Http404
    form = WorkspaceForm(request.POST or None)
    if form.is_valid():
        try:
            workspace = services.workspace_create(user=user, name=form.cleaned_data["name"])
        except services.InvalidValue as error:
            form.refuse(error.message, "name")
        else:
            messages.success(request, _("%(name)s is there; you work in it now.") % {"name": workspace.name})
            return redirect("settings-company")
    return render(request, "account/workspace_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def guide(request: HttpRequest) -> HttpResponse:
    """The first steps; POST says whether the inbox shows them."""
    user = signed_in(request)
    if request.method == "POST":
        services.preference_set(user=user, guide_hidden="hide" in request.POST)
        return redirect(where_from(request))
    workspace = selectors.workspace_for(user)
    steps = administration.first_steps(user, workspace) if workspace else []
    context = {"workspace": workspace, "steps": steps, "hidden": user.preferences.get("guide_hidden", False)}
    return render(request, "account/guide.html", context)
