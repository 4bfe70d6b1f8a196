-- Up Migration

-- What an agent's spans say of context, of calls that enclose calls, and of not having ended yet. Only columns without a
-- default or with a constant one are added: no row is touched, whatever lies in the partitions. The lock that takes is on
-- span_row and trace_summary, so that persisting waits for a long reader and appending, the acknowledgement, does not.

alter table otel.span_row
  add column context_carrier_id integer; -- what brought the parent: holdfast.context.carrier

-- span_row.marks has more bits. 4: a model call whose tokens the trace adds up, which is not the case where a span inside it
-- tells of the same call; 8: a model call, whether it told tokens or not; 16: one that makes embeddings; 32: one whose tokens are
-- not added up because the one around it tells more of the same call.

-- Counted from now on, and 0 of what is there: the tokens of its calls are in the sums all the same.
alter table otel.trace_summary
  add column running_count integer not null default 0,    -- spans that have not ended
  add column model_call_count integer not null default 0, -- spans with bit 8: which of them are counted is in their rows
  add column heard_body_id bigint;                        -- the newest body that brought a span of it

create or replace view otel.traces as
select replace(t.trace_id::text, '-', '') as trace_id,
       o.service                          as service_name,
       coalesce(t.root_name_text, o.name) as root_name,
       otel.instant(t.start_unix_nano)    as start_time,
       otel.instant(t.end_unix_nano)      as end_time,
       round((t.end_unix_nano - t.start_unix_nano) / 1e6, 6) as duration_ms,
       t.span_count,
       t.error_count,
       t.input_tokens,
       t.output_tokens,
       t.root_provisional,
       t.start_unix_nano,
       t.end_unix_nano,
       t.trace_id                         as trace_uuid, -- indexed: where trace_uuid = '<32 hex digits>'
       t.running_count
from otel.trace_summary t
join otel.operation o on o.id = t.root_operation_id;

create or replace view otel.spans as
select replace(s.trace_id::text, '-', '') as trace_id,
       otel.hex_id(s.span_id)             as span_id,
       otel.hex_id(s.parent_span_id)      as parent_span_id,
       o.service                          as service_name,
       coalesce(s.name_text, o.name)      as name,
       case o.kind when 1 then 'internal' when 2 then 'server' when 3 then 'client'
                   when 4 then 'producer' when 5 then 'consumer' else 'unspecified' end as kind,
       otel.instant(s.start_unix_nano)    as start_time,
       round(s.duration_nano / 1e6, 6)    as duration_ms,
       case s.status_code when 1 then 'ok' when 2 then 'error' else 'unset' end as status,
       s.marks & 1 = 1                    as running,
       (select value from otel.term where id = s.gen_ai_operation_id) as gen_ai_operation_name,
       (select value from otel.term where id = s.provider_id)         as gen_ai_provider_name,
       (select value from otel.term where id = s.request_model_id)    as gen_ai_request_model,
       (select value from otel.term where id = s.response_model_id)   as gen_ai_response_model,
       (select value from otel.term where id = s.agent_id)            as gen_ai_agent_name,
       (select value from otel.term where id = s.tool_id)             as gen_ai_tool_name,
       s.input_tokens, s.output_tokens, s.cache_read_tokens, s.cache_write_tokens, s.reasoning_tokens,
       (select value from otel.term where id = s.mcp_method_id)       as mcp_method_name,
       s.mcp_session_id,
       s.conversation_id, s.user_id,
       (select value from otel.term where id = s.http_method_id)      as http_request_method,
       (select value from otel.term where id = s.http_route_id)       as http_route,
       s.http_status_code,
       (select value from otel.term where id = s.db_system_id)        as db_system_name,
       (select value from otel.term where id = s.db_operation_id)     as db_operation_name,
       (select value from otel.term where id = s.db_collection_id)    as db_collection_name,
       (select value from otel.term where id = s.error_type_id)       as error_type,
       s.start_unix_nano, s.duration_nano, s.arrival_day, s.body_id, s.span_index,
       s.trace_id as trace_uuid, -- indexed: where trace_uuid = '<32 hex digits>'
       s.marks & 4 = 4                    as counts_tokens,
       (select value from otel.term where id = s.context_carrier_id)  as context_carrier
from otel.span_row s
join otel.operation o on o.id = s.operation_id;
