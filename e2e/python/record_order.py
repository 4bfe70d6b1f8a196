"""Records one trace with the OpenTelemetry Python SDK and prints its id.

Usage: record_order.py grpc|http ENDPOINT
"""

import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

protocol, endpoint = sys.argv[1:]
if protocol == "grpc":
    exporter = GrpcExporter(endpoint=endpoint, insecure=True)
else:
    exporter = HttpExporter(endpoint=f"{endpoint}/v1/traces")

provider = TracerProvider(resource=Resource.create({"service.name": f"python-{protocol}"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("holdfast-e2e", "1.2.3")

with tracer.start_as_current_span("POST /orders", kind=SpanKind.SERVER) as order:
    order.set_attributes({"http.request.method": "POST", "order.items": [3, 5], "order.total": 2**53 + 1})
    with tracer.start_as_current_span("insert order", kind=SpanKind.CLIENT) as insert:
        insert.add_event("lock waited", {"wait_ms": 1.5})
        insert.set_status(Status(StatusCode.ERROR, "duplicate key"))
    order_id = order.get_span_context().trace_id

flushed = provider.force_flush()
provider.shutdown()
print(trace.format_trace_id(order_id))
sys.exit(0 if flushed else 1)
