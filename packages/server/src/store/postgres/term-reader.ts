import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import type { ReadOptions } from '../trace-store.ts'

/** What a row has in the place of a term: its id, 0 where the dictionary was full, null where nothing was told. */
export type TermId = number | null

/** Gives the text of a term's id; undefined where there is none. */
export type TermText = (id: TermId) => string | undefined

/**
 * The values of otel.term for those who read rows. Ids never change their value, so each is asked for once: nine terms
 * a row, looked up by the database in each page of a thousand rows, would cost more than the rows.
 */
export class TermReader {
  readonly #pool: pg.Pool
  /** Bounded as the table is (50 000 terms of 256 bytes). */
  readonly #values = new Map<number, string>()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** Has these terms here. */
  async load(ids: Iterable<TermId>, options?: ReadOptions): Promise<TermText> {
    const missing = new Set<number>()
    for (const id of ids) {
      if (id !== null && id !== 0 && !this.#values.has(id)) missing.add(id)
    }
    if (missing.size > 0) {
      const query = {
        text: 'select id, value from otel.term where id = any($1::integer[])',
        values: [toArrayLiteral([...missing])],
      }
      const result = await queryCancellable<{ id: number; value: string }>(this.#pool, query, options?.signal)
      for (const row of result.rows) this.#values.set(row.id, row.value)
    }
    return (id) => (id === null ? undefined : this.#values.get(id))
  }
}
