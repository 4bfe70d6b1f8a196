import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../server/src/postgres/test-database.ts'
import { normalisePatterns } from '../normalise/normalise-patterns.ts'
import { parsePatterns } from '../patterns/parse-patterns.ts'
import { patternsFromSchema, type FromSchemaOptions } from './patterns-from-schema.ts'

const shop = `
  create schema shop;
  set local search_path = shop;
  create type mpaa_rating as enum ('G', 'PG', 'PG-13');
  create domain short as text;
  create table category (category_id int primary key, name text not null);
  create table employees (employee_id int primary key, "lastName" text, email text, title text);
  create table customer (
    customer_id int primary key, first_name text, name text, segment short, contact_hint text,
    support_rep_id int references employees, is_active boolean not null default true
  );
  create table film (
    film_id int primary key, title text, rating mpaa_rating, length int, "rentalPrice" numeric(6, 2),
    released_on date, language text, extra jsonb
  );
  create table film_category (
    film_id int references film, category_id int references category, added_at timestamptz, primary key (film_id, category_id)
  );
  create table "order lines" (line_id int primary key, status text, total int);
  create table parts (part_id int, made_on date, primary key (part_id, made_on)) partition by range (made_on);
  create table parts_2025 partition of parts for values from ('2025-01-01') to ('2026-01-01');
  create view names as select title from film;
  insert into category select n, (array['Action', 'Sci-Fi', 'Family Films'])[n] from generate_series(1, 3) n;
  insert into employees select n, 'Hill' || n, 'h' || n || '@example.org', 'Manager' from generate_series(1, 3) n;
  insert into customer select n, 'Ann', 'Smith', (array['private', 'corporate'])[1 + n % 2], 'call 555 123 4567', 1, true
    from generate_series(1, 60) n;
  insert into film select n, 'Film number ' || n, 'PG', 90, 2.99, '2006-01-01', (array['English', 'French', 'Yes', '7'])[1 + n % 4], '{}'
    from generate_series(1, 80) n;
  insert into "order lines" select n, (array['in_transit', 'PG', 'ON'])[1 + n % 3] from generate_series(1, 10) n;
`

describe('patternsFromSchema', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
    await database.pool.query(shop)
  })
  after(() => database.drop())

  const propose = async (options: FromSchemaOptions = {}) => {
    const client = await database.pool.connect()
    try {
      return await patternsFromSchema(client, { schemas: ['shop'], ...options })
    } finally {
      client.release()
    }
  }
  const lines = async (label: string, options?: FromSchemaOptions): Promise<string[]> =>
    (await propose(options)).patterns
      .filter((one) => one.label === label)
      .map(({ pattern, id }) => `${pattern} → ${id}`)

  test('tables are entities, and so is the role in which a key points to one; not what only ties tables together', async () => {
    assert.deepEqual(await lines('ENTITY'), [
      'category → CATEGORY',
      'customer → CUSTOMER',
      'support rep → EMPLOYEE',
      'employee → EMPLOYEE',
      'film → FILM',
      'order line → ORDER_LINE',
      'part → PART',
    ])
  })

  test('what is measured is sorted and compared, where it can be of one column only', async () => {
    assert.deepEqual(await lines('SORT'), [
      'longest → LENGTH DESC',
      'shortest → LENGTH ASC',
      'most expensive → RENTAL_PRICE DESC',
      'priciest → RENTAL_PRICE DESC',
      'cheapest → RENTAL_PRICE ASC',
      'least expensive → RENTAL_PRICE ASC',
      'newest → RELEASED_ON DESC',
      'latest → RELEASED_ON DESC',
      'most recent → RELEASED_ON DESC',
      'oldest → RELEASED_ON ASC',
      'earliest → RELEASED_ON ASC',
    ])
    // A length may be one of minutes, or of metres.
    assert.deepEqual(await lines('UNIT'), [])
  })

  test('columns are attributes, what adds up is a metric, keys and prices are neither', async () => {
    assert.deepEqual(await lines('METRIC'), ['order line total → TOTAL'])
    assert.deepEqual(await lines('ATTRIBUTE'), [
      'name → NAME',
      'first name → FIRST_NAME',
      'segment → SEGMENT',
      'contact hint → CONTACT_HINT',
      'last name → LAST_NAME',
      'email → EMAIL',
      'title → TITLE',
      'rating → RATING',
      'length → LENGTH',
      'rental price → RENTAL_PRICE',
      'released on → RELEASED_ON',
      'language → LANGUAGE',
      'added at → ADDED_AT',
      'status → STATUS',
      'price → RENTAL_PRICE',
    ])
  })

  test('few values are filters, with their wording; what is many, personal or no wording is left out', async () => {
    assert.deepEqual(await lines('FILTER'), [
      'Action → CATEGORY=ACTION',
      'Family Films → CATEGORY=FAMILY FILMS',
      'Sci-Fi → CATEGORY=SCI-FI',
      'corporate → SEGMENT=CORPORATE',
      'private → SEGMENT=PRIVATE',
      'active → ACTIVE=TRUE',
      'PG → RATING=PG',
      'PG-13 → RATING=PG-13',
      'English → LANGUAGE=ENGLISH',
      'French → LANGUAGE=FRENCH',
      'in transit → STATUS=IN_TRANSIT',
    ])
    const { leftOut } = await propose()
    assert.deepEqual(leftOut, [
      'the values of shop.customer.first_name: it looks personal',
      'the values of shop.customer.name: it looks personal',
      'the values of shop.customer.contact_hint: it looks personal',
      'the values of shop.employees.lastName: it looks personal',
      'the values of shop.employees.email: it looks personal',
      'the values of shop.employees.title: it looks personal',
      'the values of shop.film.title: more than 50 different ones',
      '"ON" as FILTER STATUS=ON: it is a word of every schema',
      '"PG" as FILTER STATUS=PG: it is FILTER RATING=PG already',
    ])
  })

  test('values that look personal are left out whatever the column is called, and are there when asked for', async () => {
    await database.pool.query('alter table shop.customer rename contact_hint to hint')
    assert.ok((await propose()).leftOut.some((reason) => reason.includes('customer.hint: some look like')))
    const asked = await lines('FILTER', { includePersonal: true })
    assert.ok(asked.includes('Ann → FIRST_NAME=ANN'))
    await database.pool.query('alter table shop.customer rename hint to contact_hint')
  })

  test('a table that takes too long, or may not be read, costs its values only', async () => {
    const locker = await database.pool.connect()
    await locker.query('begin')
    await locker.query('lock table shop.film')
    const { patterns, leftOut } = await propose({ timeoutMs: 50 })
    await locker.query('rollback')
    locker.release()
    assert.ok(leftOut.includes('the values of shop.film.language: more than 50 ms'))
    assert.ok(patterns.some(({ id }) => id === 'CATEGORY=ACTION'))
  })

  test('what it proposes can be put in force as it is', async () => {
    const { patterns } = await propose()
    const reading = parsePatterns(patterns.map((one) => JSON.stringify(one)).join('\n'), 'proposed')
    assert.ok(reading.ok && normalisePatterns(reading.set).ok)
  })
})
