"""Refusals as OData has them."""

from __future__ import annotations

from django.http import JsonResponse


class ODataError(Exception):
    """400: the request is wrong; 501: it asks for a part of OData that is not offered."""

    def __init__(self, message: str, *, status: int = 400, code: str = "bad_request", **headers: str) -> None:
        self.message, self.status, self.code, self.headers = message, status, code, headers
        super().__init__(message)

    def response(self) -> JsonResponse:
        body = {"error": {"code": self.code, "message": self.message}}
        headers = {name.replace("_", "-"): value for name, value in self.headers.items()}
        return JsonResponse(body, status=self.status, headers={"OData-Version": "4.0", **headers})


def not_offered(what: str) -> ODataError:
    return ODataError(f"{what} is not offered by this feed.", status=501, code="not_implemented")
