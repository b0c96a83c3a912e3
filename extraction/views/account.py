"""A person's own account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from extraction import services
from extraction.forms import OwnPasswordForm

from .common import signed_in


def password(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = OwnPasswordForm(user, request.POST or None)
    if form.is_valid():
        services.password_set(user=user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)  # this browser stays signed in, all others are signed out
        messages.success(request, _("Your password is changed."))
        return redirect("inbox")
    return render(request, "registration/password.html", {"form": form}, status=422 if form.errors else 200)
