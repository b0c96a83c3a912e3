"""How a person arranges the inbox, and what they do to many documents at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from extraction import selectors, services
from extraction.models import BulkAct, SavedView, User
from extraction.permissions import NotAllowed
from extraction.templatetags.inbox import view_query

from . import columns
from .actions import refreshed
from .common import explains_refusals, is_htmx, signed_in, where_from
from .inbox import ID_DIGITS, columns_of, moment
from .listing import TABS, Listing

UNDOABLE = {"approve", "reject", "assign", "hold", "unhold", "delete"}
REASONS = 3  # that a message tells; the list tells them all


@require_POST
@explains_refusals
def samples(request: HttpRequest) -> HttpResponse:
    """Load the documents that come with the product, to try it."""
    user = signed_in(request)
    workspace = selectors.workspace_for(user)
    if workspace is None:
        raise NotAllowed(_("You are not a member of any workspace yet. Ask your administrator to add you."))
    loaded = len(list(services.samples_load(workspace=workspace, user=user)))
    text = ngettext("%(n)d sample document is being read.", "%(n)d sample documents are being read.", loaded)
    messages.success(request, text % {"n": loaded})
    return redirect("inbox")


# --- many documents ---------------------------------------------------------------------------------------------------


@require_POST
@explains_refusals
def bulk(request: HttpRequest) -> HttpResponse:
    """``action`` on the documents ``pick``, or with ``all`` on everything that the address lists."""
    user, listing = signed_in(request), Listing.of(request.GET)
    action = request.POST.get("action", "")
    act = services.invoices_act(
        action=action,
        ids=chosen(request, listing, user),
        user=user,
        reason=request.POST.get("hold_reason" if action == "hold" else "reason", ""),
        assignee=person(request.POST.get("give_to", ""), user),
    )
    tell(request, act)
    return refreshed() if is_htmx(request) else redirect(f"{reverse('inbox')}?{listing.link()}")


def chosen(request: HttpRequest, listing: Listing, user: User) -> list[int]:
    """With ``all``, nothing that came or was read after the list was ``seen``: nobody has chosen that."""
    if not request.POST.get("all"):
        typed = request.POST.getlist("pick")
        return list(dict.fromkeys(int(pk) for pk in typed if pk.isdecimal() and len(pk) < ID_DIGITS))
    seen = moment(request.POST.get("seen"))
    if seen is None:
        raise services.InvalidValue(_("This page is old. Reload it and choose again."))
    found = listing.invoices(user).filter(created_at__lte=seen).exclude(read_at__gt=seen)
    return list(found.values_list("pk", flat=True))


def person(text: str, user: User) -> User | None:
    if text == "me":
        return user
    if not text.isdecimal() or len(text) >= ID_DIGITS:
        return None
    found = User.objects.filter(pk=int(text), workspaces__in=user.workspaces.all()).distinct().first()
    if found is None:
        raise services.InvalidValue(_("There is no such person in your workspaces. Choose one of the list."))
    return found


def tell(request: HttpRequest, act: BulkAct) -> None:
    """48 approved, 2 not: why, and where they are."""
    text = done_words(act.action, len(act.done))
    level, tags = messages.SUCCESS, f"undo bulk-undo {act.pk}" if act.done and act.action in UNDOABLE else ""
    if act.refused:
        level = messages.WARNING if act.done else messages.ERROR
        reasons = Counter(reason for _pk, reason in act.refused)
        told = " ".join(f"{reason} ({count})" for reason, count in reasons.most_common(REASONS))
        rest = " …" if len(reasons) > REASONS else ""
        refused = ngettext("%(n)d not", "%(n)d not", len(act.refused)) % {"n": len(act.refused)}
        link = f"{reverse('inbox')}?bulk={act.pk}"
        text = format_html('{}, {}: {}{} <a href="{}">{}</a>', text, refused, told, rest, link, _("Show them"))
    messages.add_message(request, level, text, extra_tags=tags)


def done_words(action: str, n: int) -> str:
    words = {
        "approve": ngettext("%(n)d approved", "%(n)d approved", n),
        "reject": ngettext("%(n)d rejected", "%(n)d rejected", n),
        "assign": ngettext("%(n)d assigned", "%(n)d assigned", n),
        "hold": ngettext("%(n)d put on hold", "%(n)d put on hold", n),
        "unhold": ngettext("%(n)d taken off hold", "%(n)d taken off hold", n),
        "retry": ngettext("%(n)d is being read again", "%(n)d are being read again", n),
        "delete": ngettext("%(n)d deleted", "%(n)d deleted", n),
    }
    return words[action] % {"n": n}


@require_POST
@explains_refusals
def bulk_undo(request: HttpRequest, act_id: int) -> HttpResponse:
    try:
        count, kept = services.bulk_undo(act_id=act_id, user=signed_in(request))
    except BulkAct.DoesNotExist as error:
        raise Http404 from error
    text = ngettext("%(n)d document is as it was.", "%(n)d documents are as they were.", count) % {"n": count}
    if kept:
        reasons = Counter(reason for _pk, reason in kept)
        text += " " + ngettext("%(n)d not:", "%(n)d not:", len(kept)) % {"n": len(kept)}
        text += " " + " ".join(f"{reason} ({number})" for reason, number in reasons.most_common(REASONS))
    messages.add_message(request, messages.WARNING if kept else messages.SUCCESS, text)
    return refreshed() if is_htmx(request) else redirect(where_from(request))


# --- columns and vendors ----------------------------------------------------------------------------------------------


@require_POST
@explains_refusals
def columns_save(request: HttpRequest) -> HttpResponse:
    """The menu as it stands: ``order`` of all columns, ``column`` those that show; ``up`` or ``down`` moves one."""
    user, listing = signed_in(request), Listing.of(request.GET)
    shown = set(request.POST.getlist("column"))
    order = columns.moved(
        request.POST.getlist("order"), up=request.POST.get("up", ""), down=request.POST.get("down", "")
    )
    keys = columns.known(key for key in order if key in shown or key == columns.NEEDED)
    reset = "reset" in request.POST
    view = selectors.saved_view_get(user, listing.view) if listing.view else None
    if view is not None:  # what was chosen while a view is open belongs to it
        services.view_update(view=view, user=user, columns=[] if reset else keys)
    else:
        services.preference_set(user=user, columns=None if reset else keys)
    if not is_htmx(request):
        return redirect(f"{reverse('inbox')}?{listing.link()}")
    context = {"menu": columns.menu(columns_of(user, view)), "listing": listing}
    response = render(request, "inbox/_columns.html", context)
    response["HX-Trigger-After-Swap"] = "refresh"
    return response


@require_GET
def vendors(request: HttpRequest) -> HttpResponse:
    """Completion of the vendor filter, as ``<option>`` elements."""
    names = selectors.vendors_like(signed_in(request), request.GET.get("vendor", "").replace("\x00", "").strip()[:100])
    return render(request, "inbox/_vendors.html", {"names": names})


# --- saved views ------------------------------------------------------------------------------------------------------


@require_POST
@explains_refusals
def view_create(request: HttpRequest) -> HttpResponse:
    """Save the list in the address, with the columns that it shows, under a name."""
    user, listing = signed_in(request), Listing.of(request.GET)
    workspace = selectors.workspace_for(user)
    if workspace is None:
        raise NotAllowed(_("You are not a member of any workspace yet. Ask your administrator to add you."))
    began = selectors.saved_view_get(user, listing.view) if listing.view else None
    view = services.view_create(
        workspace=workspace,
        user=user,
        name=request.POST.get("name", ""),
        query=listing.query(view=0),
        columns=columns_of(user, began),
        shared="shared" in request.POST,
    )
    return opened(request, view, _("Saved the view “%(name)s”."))


@require_POST
@explains_refusals
def view_update(request: HttpRequest, view_id: int) -> HttpResponse:
    """``name`` and ``shared`` from its panel; with ``take``, the list in the address becomes what the view shows."""
    user = signed_in(request)
    view = selectors.saved_view_get(user, view_id)
    if "take" in request.POST:
        services.view_update(view=view, user=user, query=Listing.of(request.GET).query(view=0))
        return opened(request, view, _("“%(name)s” shows this list from now on."))
    if view.owner_id == user.pk:
        services.view_update(view=view, user=user, name=request.POST.get("name", ""), shared="shared" in request.POST)
    return opened(request, view, _("Saved the view “%(name)s”."))


@require_POST
@explains_refusals
def view_delete(request: HttpRequest, view_id: int) -> HttpResponse:
    user = signed_in(request)
    view = selectors.saved_view_get(user, view_id)
    name = view.name
    services.view_delete(view=view, user=user)
    messages.success(request, _("Deleted the view “%(name)s”. No document was touched.") % {"name": name})
    return moved_to(request, f"{reverse('inbox')}?status=all")


def opened(request: HttpRequest, view: SavedView, text: str) -> HttpResponse:
    """``default``: whether the inbox opens with it, for this person."""
    user = signed_in(request)
    is_default = user.preferences.get("view") == view.pk
    if "take" not in request.POST and ("default" in request.POST) != is_default:
        services.preference_set(user=user, view=None if is_default else view.pk)
    messages.success(request, text % {"name": view.name})
    return moved_to(request, f"{reverse('inbox')}?{view_query(view)}")


def moved_to(request: HttpRequest, address: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if is_htmx(request) else redirect(address)


@require_GET
def view_counts(request: HttpRequest) -> HttpResponse:
    """The saved views, each with how many documents it lists. Asked for after the page: each is a query of its own."""
    user, listing = signed_in(request), Listing.of(request.GET)
    views: list[Any] = selectors.saved_views(user, selectors.workspace_for(user))
    for view in views:
        shown = Listing.of(QueryDict(view.query))
        view.count = TABS[shown.tab].narrow(shown.everywhere(user)[0]).order_by().count()
    return render(request, "inbox/_views.html", {"views": views, "listing": listing, "counted": True})
