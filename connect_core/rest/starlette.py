"""The route table behind ASGI, for the worker: an async shell, the synchronous core in a thread pool.

A request that outlasts Connect's budget answers 500; what it started goes on and ends by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.routing import Route

from connect_core.rest.http import Request, Response, Router, error_response

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def application(
    router: Router, *, base_url: str | None = None, timeout_s: float = 90.0, headers: Mapping[str, str] | None = None
) -> Starlette:
    """An ASGI app; ``headers`` are added to every response (``response.http.headers.config``)."""

    async def answer(http: HttpRequest) -> HttpResponse:
        request = Request.of(
            http.method,
            # raw_path: a name may hold an encoded slash
            http.scope.get("raw_path", http.url.path.encode()).decode("latin-1").split("?", 1)[0],
            query=http.url.query,
            headers=dict(http.headers),
            body=await http.body(),
            base_url=base_url or str(http.base_url),
        )
        work = asyncio.get_running_loop().run_in_executor(None, router.handle, request)
        try:
            response = await asyncio.wait_for(asyncio.shield(work), timeout_s)
        except TimeoutError:
            response = error_response(500, "Request timed out")
        return _render(response, headers or {})

    return Starlette(routes=[Route("/{path:path}", answer, methods=_METHODS)])


def _render(response: Response, extra: Mapping[str, str]) -> HttpResponse:
    return HttpResponse(response.body, status_code=response.status, headers={**response.headers, **extra})
