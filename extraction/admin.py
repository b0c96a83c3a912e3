"""People, workspaces and who is in which: the little that is managed here. Invoices belong to their own pages."""

# mypy: disable-error-code="type-arg"
# The admin classes are generic for type checkers only; at run time they take no parameters.

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .forms_settings import LinesField
from .models import AuditEvent, Membership, User, Workspace

admin.site.site_header = admin.site.site_title = "Invoicelens"
admin.site.index_title = _("People and workspaces")
admin.site.site_url = "/"
admin.site.unregister(Group)  # roles are memberships of workspaces


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


class UserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


class Memberships(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ("user", "workspace")


@admin.register(User)
class UserPeople(UserAdmin):
    form, add_form = UserForm, NewUserForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    inlines = (Memberships,)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)


class WorkspaceForm(forms.ModelForm):
    own_names = LinesField(
        label=_("Own names"),
        required=False,
        help_text=_(
            "What the company itself is called on invoices, one name a line: always the buyer, never the vendor."
        ),
    )
    own_tax_ids = LinesField(label=_("Own tax numbers"), required=False, help_text=_("One a line."))

    class Meta:
        model = Workspace
        fields = ("name", "own_names", "own_tax_ids")


@admin.register(Workspace)
class Workspaces(admin.ModelAdmin):
    form = WorkspaceForm
    list_display = ("name", "created_at")
    search_fields = ("name",)
    inlines = (Memberships,)

    def has_delete_permission(self, request: HttpRequest, obj: Workspace | None = None) -> bool:
        """A workspace takes its people's work with it; that is no matter of one click."""
        return False


@admin.register(AuditEvent)
class AuditTrail(admin.ModelAdmin):
    """To read only: the trail is worth what nobody can change."""

    list_display = ("created_at", "workspace", "invoice_id", "action", "user")
    list_filter = ("action", "workspace")
    search_fields = ("invoice_id", "user__email")
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False
