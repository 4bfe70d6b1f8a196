"""An MCP server on the Python SDK, which traces itself. Its tools are those of the other servers.

Usage: serve.py http|sse|stdio
"""

import asyncio
import json
import socket
import sys

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from opentelemetry import baggage, trace

from tracing import begin_tracing

transport = sys.argv[1]
provider = begin_tracing("python-server")
tracer = trace.get_tracer("serve")
server = MCPServer("python")


@server.tool()
def look(ctx: Context) -> str:
    with tracer.start_as_current_span("work of look") as span:
        return json.dumps(
            {
                "meta": dict(ctx.request_context.meta or {}),
                "activeTraceId": trace.format_trace_id(span.get_span_context().trace_id),
                "baggage": {key: str(value) for key, value in baggage.get_all().items()},
            }
        )


@server.tool()
def refuse() -> str:
    with tracer.start_as_current_span("work of refuse"):
        pass
    raise ToolError("no")


async def serve_http() -> None:
    app = server.streamable_http_app() if transport == "http" else server.sse_app()
    listening = socket.create_server(("127.0.0.1", 0))
    print(json.dumps({"url": f"http://127.0.0.1:{listening.getsockname()[1]}"}), flush=True)
    await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve(sockets=[listening])


if transport == "stdio":
    server.run("stdio")
else:
    asyncio.run(serve_http())
provider.shutdown()
