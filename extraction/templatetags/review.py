"""What several parts of the review page show."""

from __future__ import annotations

from typing import Any

from django import template

from extraction.views.problems import ProblemView, problem_views

register = template.Library()


@register.simple_tag(takes_context=True)
def problems_of_invoice(context: dict[str, Any]) -> list[ProblemView]:
    """Worked out where they are shown, so that whatever part changes a value can answer with them anew."""
    return problem_views(context["invoice"])
