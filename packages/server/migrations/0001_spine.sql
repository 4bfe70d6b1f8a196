-- Up Migration

-- The tables are private: people and tools read the views at the end. Columns stand in physical order, widest first and
-- nullable last, which saves the padding (8 bytes a row in span_row). ADR 0001 to 0003 give the reasons for the shape.

create schema if not exists otel;

-- Bodies: the bytes that made an acknowledgement true. Insert-only. ------------------------------------------------

create sequence otel.body_id;
create sequence otel.lease_token;

create table otel.body (
  id          bigint not null,
  arrival_day date not null,
  raw_bytes   integer not null,
  span_count  integer not null,
  body_format smallint not null, -- 1: protobuf ExportTraceServiceRequest messages, end to end
  codec       smallint not null, -- 0: none, 1: zstd
  frames      integer[] not null, -- per frame: where it ends stored, where it ends raw, number of spans up to there
  bytes       bytea not null
) partition by range (arrival_day);

-- Already compressed; and uncompressed storage lets a reader fetch the frames it wants and not the whole value.
alter table otel.body alter column bytes set storage external;

-- The queue: the narrow twin of body that holds its state. Changed by claim, settle and retry. ----------------------

create table otel.ingestion_queue (
  id              bigint not null,
  received_at     timestamptz not null,
  visible_at      timestamptz not null, -- not claimed before this: the lease of a claim, the backoff of a retry
  settled_at      timestamptz,
  handover        bigint,               -- names a copy of the body in the memory of the server that appended it
  lease_token     bigint,               -- the fence: whoever writes must still hold it
  lease_pid       integer,              -- the claimant's backend; gone from pg_stat_activity means dead
  arrival_day     date not null,
  raw_bytes       integer not null,
  stored_bytes    integer not null,
  span_count      integer not null,
  payload_count   integer not null,
  next_ordinal    integer not null default 0, -- payloads before this one are settled or parked (a group in pieces)
  settled_spans   integer not null default 0, -- spans of those payloads
  state           smallint not null default 0, -- 0: pending, 1: settled
  attempts        smallint not null default 0,
  decoder_version smallint,
  payloads        integer[] not null, -- per payload: where it ends raw, spans up to there, trace hashes up to there
  trace_hashes    integer[] not null, -- of each payload's distinct trace ids
  error_code      text,
  error_message   text
) partition by range (arrival_day);

alter table otel.ingestion_queue
  alter column payloads set storage external,
  alter column trace_hashes set storage external;

-- Dead letters: payloads that could not be persisted, as their own bytes. --------------------------------------------

create table otel.dead_letter (
  id            bigint generated always as identity primary key,
  body_id       bigint not null,
  received_at   timestamptz not null,
  parked_at     timestamptz not null default clock_timestamp(),
  arrival_day   date not null,
  ordinal       integer not null,
  raw_bytes     integer not null,
  span_count    integer not null,
  attempts      smallint not null,
  codec         smallint not null,
  trace_hashes  integer[] not null,
  error_code    text not null,
  error_message text not null,
  bytes         bytea not null,
  unique (arrival_day, body_id, ordinal)
);

alter table otel.dead_letter alter column bytes set storage external;

-- Ledger counters: a row per day and writer, so that writers never wait for each other. ------------------------------

create table otel.ledger_counter (
  day                date not null,
  writer             integer not null, -- pg_backend_pid() of the writer; 0: folded by upkeep
  slot               integer not null, -- otel.ledger_slot(), so that no row has many versions
  accepted_payloads  bigint not null default 0,
  accepted_spans     bigint not null default 0,
  stored_payloads    bigint not null default 0,
  stored_spans       bigint not null default 0,
  duplicate_payloads bigint not null default 0,
  duplicate_spans    bigint not null default 0,
  replaced_spans     bigint not null default 0,
  discarded_payloads bigint not null default 0,
  discarded_spans    bigint not null default 0,
  expired_payloads   bigint not null default 0,
  expired_spans      bigint not null default 0,
  primary key (day, writer, slot)
) with (fillfactor = 50);

-- A row that is counted up in every transaction leaves a dead version each time, and while a snapshot is open none of them
-- can be cleaned: an upsert then walks them all (19 us, with 60 000 of them 711 us). A new row every ten seconds bounds it.
create function otel.ledger_slot() returns integer language sql stable parallel safe
  return (extract(epoch from clock_timestamp()) / 10)::bigint % 8640;

-- Dictionaries: bounded by the writer, committed before they are used, never deleted. --------------------------------

create table otel.operation (
  id      integer generated always as identity primary key,
  kind    smallint not null,
  service text collate "C" not null,
  name    text collate "C" not null,
  unique (service, name, kind)
);

create table otel.term (
  id    integer generated always as identity primary key,
  value text collate "C" not null unique
);

-- Spans: a slim row each, pointing at the body that has the rest. ----------------------------------------------------

create table otel.span_row (
  trace_id            uuid not null,
  span_id             bigint not null,
  parent_span_id      bigint not null, -- 0: none
  start_unix_nano     bigint not null, -- clamped to the range of bigint, as is the duration
  duration_nano       bigint not null,
  body_id             bigint not null,
  arrival_day         date not null,
  span_index          integer not null, -- within the body
  operation_id        integer not null,
  status_code         smallint not null,
  marks               smallint not null, -- bits. 1: running, sent before it ended; 2: name_text holds the name;
                                           -- 4: a model call whose tokens the trace adds up
  input_tokens        integer,
  output_tokens       integer,
  cache_read_tokens   integer,
  cache_write_tokens  integer,
  reasoning_tokens    integer,
  gen_ai_operation_id integer,
  provider_id         integer,
  request_model_id    integer,
  response_model_id   integer,
  agent_id            integer,
  tool_id             integer,
  mcp_method_id       integer,
  http_method_id      integer,
  http_route_id       integer,
  http_status_code    integer,
  db_system_id        integer,
  db_operation_id     integer,
  db_collection_id    integer,
  error_type_id       integer,
  conversation_id     text collate "C",
  user_id             text collate "C",
  mcp_session_id      text collate "C",
  name_text           text collate "C"
) partition by range (arrival_day);

-- Traces: the summary of each. Not partitioned, for its key is the trace id alone. -----------------------------------

create table otel.trace_summary (
  trace_id             uuid primary key,
  start_unix_nano      bigint not null,
  end_unix_nano        bigint not null,
  root_start_unix_nano bigint not null,
  root_span_id         bigint not null,
  first_arrival_day    date not null,
  last_arrival_day     date not null,
  root_operation_id    integer not null,
  span_count           integer not null,
  error_count          integer not null,
  root_provisional     boolean not null,
  operations_truncated boolean not null, -- more operations than operation_ids holds: ask the spans
  input_tokens         bigint,
  output_tokens        bigint,
  root_name_text       text collate "C",
  operation_ids        integer[] not null -- sorted, each once
) with (fillfactor = 85);

create index trace_summary_start on otel.trace_summary (start_unix_nano desc, trace_id desc);
create index trace_summary_truncated on otel.trace_summary (start_unix_nano desc, trace_id desc)
  where operations_truncated;
create index trace_summary_operations on otel.trace_summary using gin (operation_ids);

create function otel.union_of_ids(a integer[], b integer[]) returns integer[]
  language sql immutable parallel safe
  return case when a @> b then a
              else (select array_agg(distinct id order by id) from unnest(a || b) as id) end;

-- Who leads upkeep. --------------------------------------------------------------------------------------------------

create table otel.leader (
  role       text primary key,
  holder     uuid not null,
  held_until timestamptz not null
);

-- Partitions: one a UTC day of arrival. ------------------------------------------------------------------------------
-- Create, check, attach: attaching a table whose check proves its bounds takes no lock that an insert waits for, where
-- `create table … partition of` queues every append behind the longest running reader.

-- Gives up soon where somebody holds the parent: whoever asked comes again, and no insert queues up behind it.
create function otel.make_partition(day date) returns void language plpgsql set lock_timeout = '500ms' as $$
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
        -- As good as insert-only, and read through one index: no vacuum for inserts, and statistics once in a while.
        execute format('alter table otel.%I set (autovacuum_vacuum_insert_threshold = -1,'
                       ' autovacuum_analyze_scale_factor = 0.5, autovacuum_analyze_threshold = 100000)', child);
    end case;
    execute format('alter table otel.%I attach partition otel.%I for values from (%L) to (%L)',
                   parent, child, day, day + 1);
    execute format('alter table otel.%I drop constraint %I', child, child || '_day');
  end loop;
end $$;

-- Views: the documented names. ---------------------------------------------------------------------------------------

create function otel.hex_id(id bigint) returns text language sql immutable parallel safe
  return case when id <> 0 then lpad(to_hex(id), 16, '0') else '' end;

create function otel.instant(unix_nano bigint) returns timestamptz language sql immutable parallel safe
  return timestamptz '1970-01-01 00:00:00+00' + (unix_nano / 1000) * interval '1 microsecond';

create view otel.traces as
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
       t.trace_id                         as trace_uuid -- indexed: where trace_uuid = '<32 hex digits>'
from otel.trace_summary t
join otel.operation o on o.id = t.root_operation_id;

create view otel.spans as
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
       s.trace_id as trace_uuid -- indexed: where trace_uuid = '<32 hex digits>'
from otel.span_row s
join otel.operation o on o.id = s.operation_id;

create view otel.queue as
select q.id,
       case when q.state = 1 then 'settled'
            when q.lease_token is not null and q.visible_at > clock_timestamp() then 'claimed'
            when q.error_code is not null then 'retrying'
            else 'pending' end as state,
       q.received_at, q.visible_at, q.settled_at, q.attempts,
       q.payload_count, q.span_count, q.raw_bytes, q.stored_bytes,
       q.next_ordinal as settled_payloads, q.error_code, q.error_message, q.arrival_day
from otel.ingestion_queue q;

create view otel.dead_letters as
select id, body_id, ordinal, received_at, parked_at, attempts, span_count, raw_bytes, error_code, error_message
from otel.dead_letter;

create view otel.ledger as
with counted as (
  select coalesce(sum(accepted_payloads), 0) as accepted_payloads, coalesce(sum(accepted_spans), 0) as accepted_spans,
         coalesce(sum(stored_payloads), 0) as stored_payloads, coalesce(sum(stored_spans), 0) as stored_spans,
         coalesce(sum(duplicate_payloads), 0) as duplicate_payloads,
         coalesce(sum(duplicate_spans), 0) as duplicate_spans,
         coalesce(sum(replaced_spans), 0) as replaced_spans,
         coalesce(sum(discarded_payloads), 0) as discarded_payloads,
         coalesce(sum(discarded_spans), 0) as discarded_spans,
         coalesce(sum(expired_payloads), 0) as expired_payloads, coalesce(sum(expired_spans), 0) as expired_spans
  from otel.ledger_counter
), pending as (
  select coalesce(sum(payload_count - next_ordinal), 0) as payloads, coalesce(sum(span_count - settled_spans), 0) as spans
  from otel.ingestion_queue where state = 0
), dead as (
  select count(*) as payloads, coalesce(sum(span_count), 0) as spans from otel.dead_letter
)
select 'payloads' as unit, accepted_payloads::bigint as accepted, stored_payloads::bigint as stored,
       duplicate_payloads::bigint as duplicate, 0::bigint as replaced, pending.payloads::bigint as pending,
       dead.payloads::bigint as dead, discarded_payloads::bigint as discarded, expired_payloads::bigint as expired
from counted, pending, dead
union all
select 'spans', accepted_spans::bigint, stored_spans::bigint, duplicate_spans::bigint, replaced_spans::bigint,
       pending.spans::bigint, dead.spans::bigint, discarded_spans::bigint, expired_spans::bigint
from counted, pending, dead;
