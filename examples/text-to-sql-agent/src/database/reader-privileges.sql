-- In the database `chinook`: chinook_reader may look at the shop and at the terms to search by, and at nothing else.

revoke all on database chinook from public;
grant connect on database chinook to chinook_reader;
revoke all on schema public from public;
grant usage on schema public, search to chinook_reader;
grant select on all tables in schema public, search to chinook_reader;

-- A function that does anything but compute is marked volatile: it sleeps, takes locks, changes settings such as the time-out, notifies,
-- writes large objects, ends connections, runs a text as SQL. A question needs none of them, except to pick at random.
do $$
declare
  func regprocedure;
begin
  for func in select oid from pg_proc where provolatile = 'v' and pronamespace = 'pg_catalog'::regnamespace
  loop
    execute format('revoke execute on function %s from public', func);
  end loop;
end
$$;
grant execute on function random() to chinook_reader;
