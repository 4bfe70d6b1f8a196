import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'

/** A row of otel.operation: a span name of a service, with its kind. */
export interface Operation {
  readonly service: string
  readonly name: string
  readonly kind: number
  /** 0 until resolved. */
  id: number
  /** Beyond the bound: rows point at the service's nameless operation and keep the name as text. */
  isOverflow: boolean
}

// Span names are meant to be few ("GET /users/{id}"); a service that puts ids into them reaches the bound, its further
// names are kept in the rows. The second bound is for clients that invent services.
const maxOperationsPerService = 2000
const maxOperations = 200_000

/** A service beyond the second bound is shown under this name; its spans' bodies still have the true one. */
export const otherServices = '(other services)'

/**
 * Ids for (service, name, kind). Like terms, they are committed before the rows that use them and never change.
 */
export class OperationDictionary {
  readonly #pool: pg.Pool
  readonly #services = new Map<string, ServiceOperations>()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** The operations of a service, to be asked per span. */
  service(name: string): ServiceOperations {
    let service = this.#services.get(name)
    if (service === undefined) {
      // Only services that resolve are kept: a client that invents them must not fill the memory.
      if (this.#services.size >= maxOperationsPerService) this.#services.clear()
      service = new ServiceOperations(name)
      this.#services.set(name, service)
    }
    return service
  }

  /** @returns whether some are beyond the bound, so that their rows have to be written anew, with their names */
  async resolve(operations: readonly Operation[]): Promise<boolean> {
    await this.#lookUp(operations)
    const missing = operations.filter((operation) => operation.id === 0)
    if (missing.length === 0) return false
    await this.#insert(missing, maxOperationsPerService, maxOperations)
    await this.#lookUp(missing)
    const refused = missing.filter((operation) => operation.id === 0)
    if (refused.length > 0) await this.#overflow(refused)
    return refused.length > 0
  }

  async #lookUp(operations: readonly Operation[]): Promise<void> {
    const result = await this.#pool.query<{ id: number; ordinal: number }>(
      `select o.id, wanted.ordinal::int as ordinal
       from unnest($1::text[], $2::text[], $3::smallint[]) with ordinality as wanted (service, name, kind, ordinal)
       join otel.operation o using (service, name, kind)`,
      columnsOf(operations),
    )
    for (const row of result.rows) operations[row.ordinal - 1]!.id = row.id
  }

  async #insert(operations: readonly Operation[], perService: number, inAll: number): Promise<void> {
    await this.#pool.query(
      `insert into otel.operation (service, name, kind)
       select distinct service, name, kind
       from unnest($1::text[], $2::text[], $3::smallint[]) as wanted (service, name, kind)
       where (select count(*) from otel.operation o where o.service = wanted.service) < $4
         and (select count(*) from otel.operation) < $5
       on conflict do nothing`,
      [...columnsOf(operations), perService, inAll],
    )
  }

  /** Gives each service whose bound is reached its nameless operations, and stops asking for its unknown names. */
  async #overflow(refused: readonly Operation[]): Promise<void> {
    for (const name of new Set(refused.map((operation) => operation.service))) {
      const service = this.service(name)
      const known = await this.#pool.query<{ name: string; kind: number; id: number }>(
        `select name, kind, id from otel.operation where service = $1 limit ${maxOperationsPerService * 2}`,
        [name],
      )
      const nameless = await this.#resolveNameless(known.rows.length > 0 ? name : otherServices)
      service.close(known.rows, nameless)
    }
  }

  async #resolveNameless(service: string): Promise<readonly Operation[]> {
    const nameless = [0, 1, 2, 3, 4, 5].map((kind): Operation => ({
      service,
      name: '',
      kind,
      id: 0,
      isOverflow: true,
    }))
    await this.#insert(nameless, maxOperationsPerService * 2, maxOperations * 2)
    await this.#lookUp(nameless)
    return nameless
  }
}

/** The operations of one service that this writer has met. */
export class ServiceOperations {
  readonly #name: string
  readonly #byName = new Map<string, (Operation | undefined)[]>()
  #nameless: readonly Operation[] | undefined

  constructor(name: string) {
    this.#name = name
  }

  /**
   * @param key the name's bytes as latin1, which is quicker to make than the text
   * @param readName makes the text of a name that was not met before
   */
  find(key: string, kind: number, readName: () => string): Operation {
    const known = this.#byName.get(key)?.[kind]
    if (known !== undefined) return known
    if (this.#nameless !== undefined) return this.#nameless[kind]!
    return this.#add(key, { service: this.#name, name: readName(), kind, id: 0, isOverflow: false })
  }

  /** Takes no more names: knows all that the dictionary has, and the nameless operations for the rest. */
  close(known: readonly { name: string; kind: number; id: number }[], nameless: readonly Operation[]): void {
    this.#byName.clear()
    for (const row of known) this.#add(keyOf(row.name), { ...row, service: this.#name, isOverflow: false })
    this.#nameless = nameless
  }

  #add(key: string, operation: Operation): Operation {
    const kinds = this.#byName.get(key)
    if (kinds === undefined) {
      const added: (Operation | undefined)[] = [
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
      ]
      added[operation.kind] = operation
      this.#byName.set(key, added)
    } else {
      kinds[operation.kind] = operation
    }
    return operation
  }
}

function keyOf(name: string): string {
  return Buffer.from(name).toString('latin1')
}

function columnsOf(operations: readonly Operation[]): [string[], string[], string] {
  return [
    operations.map((operation) => operation.service),
    operations.map((operation) => operation.name),
    toArrayLiteral(operations.map((operation) => operation.kind)),
  ]
}
