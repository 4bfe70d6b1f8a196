-- The schema otel as the migrations make it, for reading. Written by `npm run schema:dump`; a test compares.

create sequence otel.body_id as bigint start 1 increment 1 cache 1;
create sequence otel.lease_token as bigint start 1 increment 1 cache 1;

create table otel.body (
  id bigint not null,
  arrival_day date not null,
  raw_bytes integer not null,
  span_count integer not null,
  body_format smallint not null,
  codec smallint not null,
  frames integer[] not null,
  bytes bytea not null storage external
) partition by RANGE (arrival_day);

create table otel.dead_letter (
  id bigint not null generated always as identity,
  body_id bigint not null,
  received_at timestamp with time zone not null,
  parked_at timestamp with time zone not null default clock_timestamp(),
  arrival_day date not null,
  ordinal integer not null,
  raw_bytes integer not null,
  span_count integer not null,
  attempts smallint not null,
  codec smallint not null,
  trace_hashes integer[] not null,
  error_code text not null,
  error_message text not null,
  bytes bytea not null storage external,
  PRIMARY KEY (id),
  UNIQUE (arrival_day, body_id, ordinal)
);

create table otel.ingestion_queue (
  id bigint not null,
  received_at timestamp with time zone not null,
  visible_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  handover bigint,
  lease_token bigint,
  lease_pid integer,
  arrival_day date not null,
  raw_bytes integer not null,
  stored_bytes integer not null,
  span_count integer not null,
  payload_count integer not null,
  next_ordinal integer not null default 0,
  settled_spans integer not null default 0,
  state smallint not null default 0,
  attempts smallint not null default 0,
  decoder_version smallint,
  payloads integer[] not null storage external,
  trace_hashes integer[] not null storage external,
  error_code text,
  error_message text
) partition by RANGE (arrival_day);

create table otel.leader (
  role text not null,
  holder uuid not null,
  held_until timestamp with time zone not null,
  PRIMARY KEY (role)
);

create table otel.ledger_counter (
  day date not null,
  writer integer not null,
  slot integer not null,
  accepted_payloads bigint not null default 0,
  accepted_spans bigint not null default 0,
  stored_payloads bigint not null default 0,
  stored_spans bigint not null default 0,
  duplicate_payloads bigint not null default 0,
  duplicate_spans bigint not null default 0,
  replaced_spans bigint not null default 0,
  discarded_payloads bigint not null default 0,
  discarded_spans bigint not null default 0,
  expired_payloads bigint not null default 0,
  expired_spans bigint not null default 0,
  PRIMARY KEY (day, writer, slot)
) with (fillfactor=50);

create table otel.operation (
  id integer not null generated always as identity,
  kind smallint not null,
  service text collate "C" not null,
  name text collate "C" not null,
  PRIMARY KEY (id),
  UNIQUE (service, name, kind)
);

create table otel.span_row (
  trace_id uuid not null,
  span_id bigint not null,
  parent_span_id bigint not null,
  start_unix_nano bigint not null,
  duration_nano bigint not null,
  body_id bigint not null,
  arrival_day date not null,
  span_index integer not null,
  operation_id integer not null,
  status_code smallint not null,
  marks smallint not null,
  input_tokens integer,
  output_tokens integer,
  cache_read_tokens integer,
  cache_write_tokens integer,
  reasoning_tokens integer,
  gen_ai_operation_id integer,
  provider_id integer,
  request_model_id integer,
  response_model_id integer,
  agent_id integer,
  tool_id integer,
  mcp_method_id integer,
  http_method_id integer,
  http_route_id integer,
  http_status_code integer,
  db_system_id integer,
  db_operation_id integer,
  db_collection_id integer,
  error_type_id integer,
  conversation_id text collate "C",
  user_id text collate "C",
  mcp_session_id text collate "C",
  name_text text collate "C",
  context_carrier_id integer,
  fingerprint text collate "C"
) partition by RANGE (arrival_day);

create table otel.term (
  id integer not null generated always as identity,
  value text collate "C" not null,
  PRIMARY KEY (id),
  UNIQUE (value)
);

create table otel.trace_summary (
  trace_id uuid not null,
  start_unix_nano bigint not null,
  end_unix_nano bigint not null,
  root_start_unix_nano bigint not null,
  root_span_id bigint not null,
  first_arrival_day date not null,
  last_arrival_day date not null,
  root_operation_id integer not null,
  span_count integer not null,
  error_count integer not null,
  root_provisional boolean not null,
  operations_truncated boolean not null,
  input_tokens bigint,
  output_tokens bigint,
  root_name_text text collate "C",
  operation_ids integer[] not null,
  running_count integer not null default 0,
  model_call_count integer not null default 0,
  heard_body_id bigint,
  PRIMARY KEY (trace_id)
) with (fillfactor=85);
CREATE INDEX trace_summary_operations ON otel.trace_summary USING gin (operation_ids);
CREATE INDEX trace_summary_start ON otel.trace_summary USING btree (start_unix_nano DESC, trace_id DESC);
CREATE INDEX trace_summary_truncated ON otel.trace_summary USING btree (start_unix_nano DESC, trace_id DESC) WHERE operations_truncated;

create view otel.dead_letters as
  -- id bigint
  -- body_id bigint
  -- ordinal integer
  -- received_at timestamp with time zone
  -- parked_at timestamp with time zone
  -- attempts smallint
  -- span_count integer
  -- raw_bytes integer
  -- error_code text
  -- error_message text
 SELECT id,
    body_id,
    ordinal,
    received_at,
    parked_at,
    attempts,
    span_count,
    raw_bytes,
    error_code,
    error_message
   FROM otel.dead_letter;

create view otel.ledger as
  -- unit text
  -- accepted bigint
  -- stored bigint
  -- duplicate bigint
  -- replaced bigint
  -- pending bigint
  -- dead bigint
  -- discarded bigint
  -- expired bigint
 WITH counted AS (
         SELECT COALESCE(sum(ledger_counter.accepted_payloads), 0::numeric) AS accepted_payloads,
            COALESCE(sum(ledger_counter.accepted_spans), 0::numeric) AS accepted_spans,
            COALESCE(sum(ledger_counter.stored_payloads), 0::numeric) AS stored_payloads,
            COALESCE(sum(ledger_counter.stored_spans), 0::numeric) AS stored_spans,
            COALESCE(sum(ledger_counter.duplicate_payloads), 0::numeric) AS duplicate_payloads,
            COALESCE(sum(ledger_counter.duplicate_spans), 0::numeric) AS duplicate_spans,
            COALESCE(sum(ledger_counter.replaced_spans), 0::numeric) AS replaced_spans,
            COALESCE(sum(ledger_counter.discarded_payloads), 0::numeric) AS discarded_payloads,
            COALESCE(sum(ledger_counter.discarded_spans), 0::numeric) AS discarded_spans,
            COALESCE(sum(ledger_counter.expired_payloads), 0::numeric) AS expired_payloads,
            COALESCE(sum(ledger_counter.expired_spans), 0::numeric) AS expired_spans
           FROM otel.ledger_counter
        ), pending AS (
         SELECT COALESCE(sum(ingestion_queue.payload_count - ingestion_queue.next_ordinal), 0::bigint) AS payloads,
            COALESCE(sum(ingestion_queue.span_count - ingestion_queue.settled_spans), 0::bigint) AS spans
           FROM otel.ingestion_queue
          WHERE ingestion_queue.state = 0
        ), dead AS (
         SELECT count(*) AS payloads,
            COALESCE(sum(dead_letter.span_count), 0::bigint) AS spans
           FROM otel.dead_letter
        )
 SELECT 'payloads'::text AS unit,
    counted.accepted_payloads::bigint AS accepted,
    counted.stored_payloads::bigint AS stored,
    counted.duplicate_payloads::bigint AS duplicate,
    0::bigint AS replaced,
    pending.payloads AS pending,
    dead.payloads AS dead,
    counted.discarded_payloads::bigint AS discarded,
    counted.expired_payloads::bigint AS expired
   FROM counted,
    pending,
    dead
UNION ALL
 SELECT 'spans'::text AS unit,
    counted.accepted_spans::bigint AS accepted,
    counted.stored_spans::bigint AS stored,
    counted.duplicate_spans::bigint AS duplicate,
    counted.replaced_spans::bigint AS replaced,
    pending.spans AS pending,
    dead.spans AS dead,
    counted.discarded_spans::bigint AS discarded,
    counted.expired_spans::bigint AS expired
   FROM counted,
    pending,
    dead;

create view otel.queue as
  -- id bigint
  -- state text
  -- received_at timestamp with time zone
  -- visible_at timestamp with time zone
  -- settled_at timestamp with time zone
  -- attempts smallint
  -- payload_count integer
  -- span_count integer
  -- raw_bytes integer
  -- stored_bytes integer
  -- settled_payloads integer
  -- error_code text
  -- error_message text
  -- arrival_day date
 SELECT id,
        CASE
            WHEN state = 1 THEN 'settled'::text
            WHEN lease_token IS NOT NULL AND visible_at > clock_timestamp() THEN 'claimed'::text
            WHEN error_code IS NOT NULL THEN 'retrying'::text
            ELSE 'pending'::text
        END AS state,
    received_at,
    visible_at,
    settled_at,
    attempts,
    payload_count,
    span_count,
    raw_bytes,
    stored_bytes,
    next_ordinal AS settled_payloads,
    error_code,
    error_message,
    arrival_day
   FROM otel.ingestion_queue q;

create view otel.spans as
  -- trace_id text
  -- span_id text
  -- parent_span_id text
  -- service_name text
  -- name text
  -- kind text
  -- start_time timestamp with time zone
  -- duration_ms numeric
  -- status text
  -- running boolean
  -- gen_ai_operation_name text
  -- gen_ai_provider_name text
  -- gen_ai_request_model text
  -- gen_ai_response_model text
  -- gen_ai_agent_name text
  -- gen_ai_tool_name text
  -- input_tokens integer
  -- output_tokens integer
  -- cache_read_tokens integer
  -- cache_write_tokens integer
  -- reasoning_tokens integer
  -- mcp_method_name text
  -- mcp_session_id text
  -- conversation_id text
  -- user_id text
  -- http_request_method text
  -- http_route text
  -- http_status_code integer
  -- db_system_name text
  -- db_operation_name text
  -- db_collection_name text
  -- error_type text
  -- start_unix_nano bigint
  -- duration_nano bigint
  -- arrival_day date
  -- body_id bigint
  -- span_index integer
  -- trace_uuid uuid
  -- counts_tokens boolean
  -- context_carrier text
  -- fingerprint text
 SELECT replace(s.trace_id::text, '-'::text, ''::text) AS trace_id,
    otel.hex_id(s.span_id) AS span_id,
    otel.hex_id(s.parent_span_id) AS parent_span_id,
    o.service AS service_name,
    COALESCE(s.name_text, o.name) AS name,
        CASE o.kind
            WHEN 1 THEN 'internal'::text
            WHEN 2 THEN 'server'::text
            WHEN 3 THEN 'client'::text
            WHEN 4 THEN 'producer'::text
            WHEN 5 THEN 'consumer'::text
            ELSE 'unspecified'::text
        END AS kind,
    otel.instant(s.start_unix_nano) AS start_time,
    round(s.duration_nano::numeric / '1000000'::numeric, 6) AS duration_ms,
        CASE s.status_code
            WHEN 1 THEN 'ok'::text
            WHEN 2 THEN 'error'::text
            ELSE 'unset'::text
        END AS status,
    (s.marks::integer & 1) = 1 AS running,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.gen_ai_operation_id) AS gen_ai_operation_name,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.provider_id) AS gen_ai_provider_name,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.request_model_id) AS gen_ai_request_model,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.response_model_id) AS gen_ai_response_model,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.agent_id) AS gen_ai_agent_name,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.tool_id) AS gen_ai_tool_name,
    s.input_tokens,
    s.output_tokens,
    s.cache_read_tokens,
    s.cache_write_tokens,
    s.reasoning_tokens,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.mcp_method_id) AS mcp_method_name,
    s.mcp_session_id,
    s.conversation_id,
    s.user_id,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.http_method_id) AS http_request_method,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.http_route_id) AS http_route,
    s.http_status_code,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.db_system_id) AS db_system_name,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.db_operation_id) AS db_operation_name,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.db_collection_id) AS db_collection_name,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.error_type_id) AS error_type,
    s.start_unix_nano,
    s.duration_nano,
    s.arrival_day,
    s.body_id,
    s.span_index,
    s.trace_id AS trace_uuid,
    (s.marks::integer & 4) = 4 AS counts_tokens,
    ( SELECT term.value
           FROM otel.term
          WHERE term.id = s.context_carrier_id) AS context_carrier,
    s.fingerprint
   FROM otel.span_row s
     JOIN otel.operation o ON o.id = s.operation_id;

create view otel.traces as
  -- trace_id text
  -- service_name text
  -- root_name text
  -- start_time timestamp with time zone
  -- end_time timestamp with time zone
  -- duration_ms numeric
  -- span_count integer
  -- error_count integer
  -- input_tokens bigint
  -- output_tokens bigint
  -- root_provisional boolean
  -- start_unix_nano bigint
  -- end_unix_nano bigint
  -- trace_uuid uuid
  -- running_count integer
 SELECT replace(t.trace_id::text, '-'::text, ''::text) AS trace_id,
    o.service AS service_name,
    COALESCE(t.root_name_text, o.name) AS root_name,
    otel.instant(t.start_unix_nano) AS start_time,
    otel.instant(t.end_unix_nano) AS end_time,
    round((t.end_unix_nano - t.start_unix_nano)::numeric / '1000000'::numeric, 6) AS duration_ms,
    t.span_count,
    t.error_count,
    t.input_tokens,
    t.output_tokens,
    t.root_provisional,
    t.start_unix_nano,
    t.end_unix_nano,
    t.trace_id AS trace_uuid,
    t.running_count
   FROM otel.trace_summary t
     JOIN otel.operation o ON o.id = t.root_operation_id;

CREATE OR REPLACE FUNCTION otel.hex_id(id bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (id <> 0) THEN lpad(to_hex(id), 16, '0'::text) ELSE ''::text END
;

CREATE OR REPLACE FUNCTION otel.instant(unix_nano bigint)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ('1970-01-01 00:00:00+00'::timestamp with time zone + (((unix_nano / 1000))::double precision * '00:00:00.000001'::interval))
;

CREATE OR REPLACE FUNCTION otel.ledger_slot()
 RETURNS integer
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (((EXTRACT(epoch FROM clock_timestamp()) / (10)::numeric))::bigint % (8640)::bigint)
;

CREATE OR REPLACE FUNCTION otel.make_partition(day date)
 RETURNS void
 LANGUAGE plpgsql
 SET lock_timeout TO '500ms'
AS $function$
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
end $function$
;

CREATE OR REPLACE FUNCTION otel.union_of_ids(a integer[], b integer[])
 RETURNS integer[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (a @> b) THEN a ELSE (SELECT array_agg(DISTINCT id.id ORDER BY id.id) AS array_agg FROM unnest((union_of_ids.a || union_of_ids.b)) id(id)) END
;

