"""The API put together: its addresses, its description, its page for people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from extraction.permissions import role_in

from . import documents, exports, invoices, schemas, vendors, webhooks
from .auth import Token, token_of
from .errors import MEDIA_TYPE, Refusal, on_exception
from .reference import reference_of

ABOUT = (
    "Upload documents, fetch what was read, correct and approve it, and be told what happens. Each request carries a "
    "token: `Authorization: Bearer ilk_...`. Every refusal is a problem document (RFC 9457)."
)


class Reference(DocsBase):
    """The description as a page of ours: no script, no other site."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        return render(request, "api/reference.html", {"api": reference_of(api.get_openapi_schema())})


class Api(NinjaAPI):
    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """With what every operation may answer besides: a problem."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        definition = schemas.ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"] |= {**definition.pop("$defs", {}), "ProblemDocument": definition}
        refusal = {
            "description": "A problem",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["default"] = refusal
        return schema


def _made() -> Api:
    made = Api(
        title="Invoicelens",
        version="1",
        description=ABOUT,
        docs=Reference(),
        urls_namespace="api-1",
        openapi_extra={"info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}},
    )
    made.add_exception_handler(Exception, on_exception)
    for router in (about, invoices.router, documents.router, vendors.router, exports.router, webhooks.router):
        made.add_router("", router)
    for kind in list(made._exception_handlers):
        made.add_exception_handler(kind, on_exception)
    for bound in made._get_bound_routers():
        for path in bound.path_operations.values():
            for operation in path.operations:
                _knows_its_parameters(operation)
    return made


def _knows_its_parameters(operation: Operation) -> None:
    """A filter that is misspelt is refused; left out silently, it would let everything through."""
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }
    inner = operation._get_values

    def values(request: HttpRequest, path_params: Any, temporal_response: HttpResponse) -> dict[str, Any]:
        text = _("There is no such parameter.")
        errors = [{"field": name, "message": text} for name in sorted(set(request.GET) - known)]
        if errors:
            raise Refusal(422, "invalid_request", _("The request does not fit its description."), errors=errors)
        return inner(request, path_params, temporal_response)

    operation._get_values = values  # type: ignore[method-assign]  # where the framework gathers what a request brings


about = Router(tags=["Token"])


@about.get("/me", auth=Token(), response=schemas.Me, operation_id="get_me", summary="The token that asks")
def me(request: HttpRequest) -> dict[str, Any]:
    token = token_of(request)
    return {
        "name": token.name,
        "workspace_id": token.workspace_id,
        "workspace": token.workspace.name,
        "user": token.user.email,
        "role": role_in(token.workspace, token.user) or "",
        "scopes": token.scopes,
        "expires_at": token.expires_at,
        "requests_a_minute": settings.API_RATE_LIMIT,
    }


api = _made()
