import type pg from 'pg'

/** A value of otel.term as a batch sees it: rows written before the id is known are patched with it. */
export interface Term {
  readonly value: string
  /** 0 until resolved, and for good where the dictionary is full: "some value, ask the body". */
  id: number
}

// Models, providers, tools, routes, methods: a deployment has hundreds. The bound keeps a client that puts ids into
// these attributes from filling the table and the memory of every writer.
const maxTerms = 50_000

/**
 * Ids for values of promoted attributes that repeat. Ids are committed in a transaction of their own, before the rows that
 * use them, and never change: what is cached is true for ever.
 */
export class TermDictionary {
  readonly #pool: pg.Pool
  readonly #terms = new Map<string, Term>()
  #isFull = false

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** The entry for a value; one without an id has to go through resolve before the rows are written. */
  find(value: string): Term {
    const known = this.#terms.get(value)
    if (known !== undefined) return known
    const term: Term = { value, id: 0 }
    if (!this.#isFull) this.#terms.set(value, term)
    return term
  }

  async resolve(terms: readonly Term[]): Promise<void> {
    if (this.#isFull) return
    await this.#lookUp(terms)
    const missing = terms.filter((term) => term.id === 0)
    if (missing.length === 0) return
    await this.#pool.query(
      `insert into otel.term (value)
       select distinct value from unnest($1::text[]) as value
       order by value
       limit greatest(0, $2 - (select count(*) from otel.term))
       on conflict do nothing`,
      [missing.map((term) => term.value), maxTerms],
    )
    await this.#lookUp(missing)
    const refused = missing.filter((term) => term.id === 0)
    if (refused.length === 0) return
    await this.#markFull()
    for (const term of refused) this.#terms.delete(term.value)
  }

  async #lookUp(terms: readonly Term[]): Promise<void> {
    const result = await this.#pool.query<{ id: number; value: string }>(
      `select id, value from otel.term where value = any($1::text[])`,
      [terms.map((term) => term.value)],
    )
    const ids = new Map(result.rows.map((row) => [row.value, row.id]))
    for (const term of terms) term.id = ids.get(term.value) ?? 0
  }

  /** From now on unknown values are not asked for; so all known ones have to be here. */
  async #markFull(): Promise<void> {
    const result = await this.#pool.query<{ id: number; value: string }>(`select id, value from otel.term`)
    for (const row of result.rows) {
      if (!this.#terms.has(row.value)) this.#terms.set(row.value, row)
    }
    this.#isFull = true
  }
}
