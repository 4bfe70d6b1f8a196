// Which tables is a question about? Those whose names, columns, values or comments have its words.
//
// Each word of the question gives each table points: by the best term it occurs in, as many as the kind of term is worth times the
// share of the term that the question has ("country" is half of "billing_country"). A word that many tables have tells them
// apart less: its points are divided by the root of their number. The same question always gives the same answer.
import { findJoins } from './find-joins.ts'
import { readTables, type ColumnDescription } from './read-tables.ts'
import type { ShopReader } from './shop-reader.ts'

export interface TableSearch {
  readonly tables: readonly FoundTable[]
  /** Conditions that join these tables: `track.genre_id = genre.genre_id`. */
  readonly joins: readonly string[]
  readonly note?: string
}

export interface FoundTable {
  readonly table: string
  /** 0: it only connects others, or one refers to it. */
  readonly score: number
  readonly because: readonly string[]
  readonly comment: string | null
  readonly columns: readonly Pick<ColumnDescription, 'name' | 'type' | 'comment'>[]
}

interface Ranked {
  readonly table: string
  readonly score: number
  readonly because: readonly string[]
}

const rankingSql = `
with question as (select array_agg(word) as words from unnest(search.words($1)) word where word !~ '^[0-9]+$'),
hit as (
  select table_name, word, term, column_name, kind,
    cardinality(array(select unnest(t.words) intersect select unnest(q.words)))::numeric / cardinality(t.words) as share,
    case kind when 'table' then 8 when 'value' then 5 when 'column' then 4 else 2 end as worth
  from search.term t join question q on t.words && q.words
  cross join unnest(q.words) word where word = any (t.words)
),
best as (
  select distinct on (table_name, word) *, case kind when 'comment' then worth else worth * share end as points
  from hit order by table_name, word, case kind when 'comment' then worth else worth * share end desc, term, column_name
),
rarity as (select word, count(*) as tables from best group by word)
select table_name as "table", round(sum(points / sqrt(tables::numeric)), 2)::float as score,
  array_agg(distinct case kind
    when 'table' then format('its name is %s', term)
    when 'column' then format('column %s', column_name)
    when 'value' then format('%L is a value of %s', term, column_name)
    else format('said of it: %s', term)
  end) as because
from best join rarity using (word)
group by table_name
order by score desc, table_name
limit $2`

/** What has less than this share of the best table's points is there by chance. */
const leastShareOfBest = 0.15

/** The `limit` best tables for a question, or as many with those that they refer to; and those on the way between them. */
export async function searchRelevantTables(
  reader: ShopReader,
  question: string,
  limit: number,
): Promise<TableSearch> {
  const ranked = await reader.read({ collection: 'search.term', sql: rankingSql }, async (client) => {
    const { rows } = await client.query<Ranked>(rankingSql, [question, limit])
    return rows.filter(({ score }) => score >= (rows[0]?.score ?? 0) * leastShareOfBest)
  })
  const all = await readTables(reader)
  const { added, conditions } = findJoins(
    ranked.map(({ table }) => table),
    all.flatMap(({ foreign_keys }) => foreign_keys),
    limit,
  )
  const tables = [...ranked, ...added.map((found) => ({ ...found, score: 0 }))].map((found) => {
    const described = all.find(({ table }) => table === found.table)
    const columns = (described?.columns ?? []).map(({ nullable: _, values: __, ...column }) => column)
    return { ...found, comment: described?.comment ?? null, columns }
  })
  if (tables.length > 0) return { tables, joins: conditions }
  return { tables, joins: [], note: 'No table has a word of this. list_tables gives all.' }
}
