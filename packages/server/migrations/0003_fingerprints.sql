-- Up Migration

-- What a question asked, whatever its words: the attribute canonicalize.fingerprint, so that traces are found and counted by
-- it. Adding the column touches no row. The indexes of the partitions that are there read each of them once (0.15 s a million
-- spans), to find nothing. Spans are neither persisted nor read meanwhile; appending, the acknowledgement, does not wait.

-- While this waits for whoever reads spans now, a backup perhaps, everybody else who asks for them waits behind it. Then it
-- gives up, and the program tries again.
set local lock_timeout = '3s';

alter table otel.span_row
  add column fingerprint text collate "C"; -- at most 256 bytes: the writer shortens longer ones

do $$
declare
  child regclass;
begin
  for child in select inhrelid from pg_inherits where inhparent = 'otel.span_row'::regclass order by inhrelid loop
    execute format('create index on %s (fingerprint, trace_id) where fingerprint is not null', child);
  end loop;
end $$;

-- As in 0001, but for the index of fingerprints.
create or replace function otel.make_partition(day date) returns void language plpgsql set lock_timeout = '500ms' as $$
declare
  suffix text := to_char(day, 'YYYYMMDD');
  parent text;
  child  text;
begin
  perform pg_advisory_xact_lock(hashtext('otel.make_partition'), day - date '2000-01-01');
  foreach parent in array array['body', 'ingestion_queue', 'span_row'] loop
    child := parent || '_' || suffix;
    continue when to_regclass('otel.' || child) is not null;
    execute format('create table otel.%I (like otel.%I including defaults including storage)', child, parent);
    execute format('alter table otel.%I add constraint %I check (arrival_day >= %L and arrival_day < %L)',
                   child, child || '_day', day, day + 1);
    case parent
      when 'body' then
        execute format('create unique index on otel.%I (id)', child);
        -- Nothing here ever dies before the whole partition goes: reading all of it to freeze it early is wasted.
        execute format('alter table otel.%I set (autovacuum_vacuum_insert_threshold = -1,'
                       ' toast.autovacuum_vacuum_insert_threshold = -1)', child);
      when 'ingestion_queue' then
        execute format('create unique index on otel.%I (id)', child);
        execute format('create index on otel.%I (id) where state = 0', child);
        -- Every body is updated twice; its dead versions go before they outgrow the live ones.
        execute format('alter table otel.%I set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05,'
                       ' autovacuum_vacuum_cost_delay = 0)', child);
      when 'span_row' then
        execute format('create index on otel.%I (trace_id)', child);
        -- Most spans have none; with it stands the trace, which is what is asked for.
        execute format('create index on otel.%I (fingerprint, trace_id) where fingerprint is not null', child);
        -- As good as insert-only: no vacuum for inserts, and statistics once in a while.
        execute format('alter table otel.%I set (autovacuum_vacuum_insert_threshold = -1,'
                       ' autovacuum_analyze_scale_factor = 0.5, autovacuum_analyze_threshold = 100000)', child);
    end case;
    execute format('alter table otel.%I attach partition otel.%I for values from (%L) to (%L)',
                   parent, child, day, day + 1);
    execute format('alter table otel.%I drop constraint %I', child, child || '_day');
  end loop;
end $$;

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
       (select value from otel.term where id = s.context_carrier_id)  as context_carrier,
       s.fingerprint
from otel.span_row s
join otel.operation o on o.id = s.operation_id;
