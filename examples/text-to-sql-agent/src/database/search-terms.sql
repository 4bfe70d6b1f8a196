-- What tables can be found by: their names and comments, those of their columns, and the values of columns that have few.
-- Words are PostgreSQL's: without "the" and "of", and the same for singular and plural ("countries" and "country": countri).

create schema search;

create function search.words(text) returns text[] language sql immutable
-- Everything else between letters and digits becomes a blank: PostgreSQL would take "Hop/Rap" for the path of a file.
return tsvector_to_array(to_tsvector('pg_catalog.english', regexp_replace($1, '[^[:alnum:]]+', ' ', 'g')));

create table search.term (
  table_name text not null,
  column_name text,
  kind text not null check (kind in ('table', 'column', 'value', 'comment')),
  term text not null,
  words text[] not null generated always as (search.words(term)) stored
);
create index on search.term using gin (words);

insert into search.term (table_name, kind, term)
select relname, 'table', relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r';

insert into search.term (table_name, column_name, kind, term)
select table_name, column_name, 'column', column_name from information_schema.columns where table_schema = 'public';

insert into search.term (table_name, column_name, kind, term)
select c.relname, a.attname, 'comment', d.description
from pg_description d
join pg_class c on c.oid = d.objoid and c.relnamespace = 'public'::regnamespace
left join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid and d.objsubid > 0
where d.classoid = 'pg_class'::regclass;

-- A column with at most 30 different texts is one that people ask by: genres, countries, job titles.
do $$
declare
  col record;
begin
  for col in select table_name, column_name from information_schema.columns
    where table_schema = 'public' and data_type = 'text'
  loop
    execute format(
      'insert into search.term (table_name, column_name, kind, term)
       select %1$L, %2$L, ''value'', value
       from (select distinct %2$I as value, count(*) over () from (select distinct %2$I from %1$I where %2$I is not null limit 31)) found
       where count <= 30',
      col.table_name, col.column_name
    );
  end loop;
end
$$;
analyze search.term;
