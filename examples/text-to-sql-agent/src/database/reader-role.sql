-- The role that the MCP server connects with. Settings of a role are what its connections begin with; what it must not
-- change is guarded by privileges (reader-privileges.sql) and by the MCP server, which runs nothing but one SELECT.

do $$
begin
  if to_regrole('chinook_reader') is null then
    create role chinook_reader;
  end if;
end
$$;
alter role chinook_reader with
  login nosuperuser nocreatedb nocreaterole noinherit noreplication nobypassrls connection limit 10;
alter role chinook_reader set default_transaction_read_only = on;
alter role chinook_reader set statement_timeout = '5s';
alter role chinook_reader set lock_timeout = '1s';
alter role chinook_reader set idle_in_transaction_session_timeout = '10s';
alter role chinook_reader set temp_file_limit = '64MB'; -- only a superuser can raise it
alter role chinook_reader set work_mem = '16MB';
alter role chinook_reader set max_parallel_workers_per_gather = 0;
alter role chinook_reader set client_connection_check_interval = '1s'; -- a query whose caller is gone ends
alter role chinook_reader set log_min_messages = fatal; -- a model's mistakes are answers, and no lines of Holdfast's log
