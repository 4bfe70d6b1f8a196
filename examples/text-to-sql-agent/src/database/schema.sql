-- The shop's tables. Comments are part of what a model gets to see, and of what tables are found by.

create table artist (
  artist_id integer primary key,
  name text not null
);
comment on table artist is 'Bands, musicians and composers who made the albums';

create table album (
  album_id integer primary key,
  title text not null,
  artist_id integer not null references artist
);
comment on table album is 'Records by an artist, each with several tracks';

create table genre (
  genre_id integer primary key,
  name text not null
);
comment on table genre is 'Styles of music, and kinds of films';

create table media_type (
  media_type_id integer primary key,
  name text not null
);
comment on table media_type is 'File formats of tracks: audio or video';

create table track (
  track_id integer primary key,
  name text not null,
  album_id integer not null references album,
  media_type_id integer not null references media_type,
  genre_id integer not null references genre,
  composer text,
  milliseconds integer not null,
  bytes integer not null,
  unit_price numeric(10, 2) not null
);
comment on table track is 'Songs and films that can be bought';
comment on column track.milliseconds is 'length, duration';
comment on column track.bytes is 'size of the file';
comment on column track.unit_price is 'what it costs today, in dollars';

create table playlist (
  playlist_id integer primary key,
  name text not null
);
comment on table playlist is 'Named selections of tracks';

create table playlist_track (
  playlist_id integer references playlist,
  track_id integer references track,
  primary key (playlist_id, track_id)
);
comment on table playlist_track is 'Which track is in which playlist';

create table employee (
  employee_id integer primary key,
  last_name text not null,
  first_name text not null,
  title text not null,
  reports_to integer references employee,
  birth_date timestamp not null,
  hire_date timestamp not null,
  address text not null,
  city text not null,
  state text not null,
  country text not null,
  postal_code text not null,
  phone text not null,
  fax text not null,
  email text not null
);
comment on table employee is 'Staff of the shop: sales agents, managers';
comment on column employee.title is 'the job';
comment on column employee.reports_to is 'the manager, boss';

create table customer (
  customer_id integer primary key,
  first_name text not null,
  last_name text not null,
  company text,
  address text not null,
  city text not null,
  state text,
  country text not null,
  postal_code text,
  phone text,
  fax text,
  email text not null,
  support_rep_id integer not null references employee
);
comment on table customer is 'People who buy, and where they live';
comment on column customer.support_rep_id is 'the sales agent who supports them';

create table invoice (
  invoice_id integer primary key,
  customer_id integer not null references customer,
  invoice_date timestamp not null,
  billing_address text not null,
  billing_city text not null,
  billing_state text,
  billing_country text not null,
  billing_postal_code text,
  total numeric(10, 2) not null
);
comment on table invoice is 'Sales, purchases, orders: what customers bought, spend or spent, when and where';
comment on column invoice.invoice_date is 'the day, month and year of the sale';
comment on column invoice.total is 'revenue, amount in dollars';

create table invoice_line (
  invoice_line_id integer primary key,
  invoice_id integer not null references invoice,
  track_id integer not null references track,
  unit_price numeric(10, 2) not null,
  quantity integer not null
);
comment on table invoice_line is 'The tracks of each invoice: what sells, what was sold or bought';
comment on column invoice_line.unit_price is 'what it cost at the sale, in dollars';

-- An index for each foreign key that begins no primary key.
create index on album (artist_id);
create index on track (album_id);
create index on track (media_type_id);
create index on track (genre_id);
create index on playlist_track (track_id);
create index on customer (support_rep_id);
create index on invoice (customer_id);
create index on invoice_line (invoice_id);
create index on invoice_line (track_id);
