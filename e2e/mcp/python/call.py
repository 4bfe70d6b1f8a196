"""An agent on the Python SDK: calls the tools look and refuse, and prints the id of its trace and what it was answered.

Usage: call.py legacy|auto URL            Streamable HTTP
       call.py legacy|auto stdio COMMAND [ARGUMENT...]
"""

import asyncio
import json
import os
import sys

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from opentelemetry import baggage, context, trace

from tracing import begin_tracing

mode, target, *command = sys.argv[1:]
provider = begin_tracing("python-client")


async def call_tools() -> str:
    server = (
        StdioServerParameters(command=command[0], args=command[1:], env=dict(os.environ))
        if target == "stdio"
        else target
    )
    async with Client(server, mode=mode) as client:
        token = context.attach(baggage.set_baggage("tenant", "acme-söhne"))
        with trace.get_tracer("call").start_as_current_span("invoke_agent tester") as agent:
            trace_id = trace.format_trace_id(agent.get_span_context().trace_id)
            looked = await client.call_tool("look", {})
            await client.call_tool("refuse", {})
        context.detach(token)
        return json.dumps(
            {
                "traceId": trace_id,
                "protocolVersion": str(client.protocol_version),
                "seen": json.loads(looked.content[0].text),
            }
        )


print(asyncio.run(call_tools()))
provider.shutdown()
