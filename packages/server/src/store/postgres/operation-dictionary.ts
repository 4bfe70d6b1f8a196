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

const maxServicesKept = 2000

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

  /**
   * Forgets the services when there are too many: a client that invents them must not fill the memory. Called before a
   * batch and not within it, for the batch that is built again has to meet the services that were closed for it.
   */
  trim(): void {
    if (this.#services.size > maxServicesKept) this.#services.clear()
  }

  /** The operations of a service, to be asked per span. */
  service(name: string): ServiceOperations {
    let service = this.#services.get(name)
    if (service === undefined) {
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
       select service, name, kind
       from (select service, name, kind,
                    row_number() over (partition by service order by name, kind) as of_service,
                    row_number() over (order by service, name, kind) as of_all
             from (select distinct service, name, kind
                   from unnest($1::text[], $2::text[], $3::smallint[]) as wanted (service, name, kind)) w) wanted
       where of_service <= $4 - (select count(*) from otel.operation o where o.service = wanted.service)
         and of_all <= $5 - (select count(*) from otel.operation)
       order by service, name, kind
       on conflict do nothing`,
      [...columnsOf(operations), perService, inAll],
    )
  }

  /** Gives each service whose bound is reached its nameless operations, and stops asking for its unknown names. */
  async #overflow(refused: readonly Operation[]): Promise<void> {
    const services = [...new Set(refused.map((operation) => operation.service))]
    const known = await this.#listKnown(services)
    const own = await this.#resolveNameless([...known.keys()], maxOperationsPerService * 2, maxOperations * 2)
    const others = services.every((name) => own.has(name)) ? [] : await this.#resolveOthers()
    for (const name of services) this.service(name).close(known.get(name) ?? [], own.get(name) ?? others)
  }

  async #listKnown(services: readonly string[]): Promise<Map<string, KnownOperation[]>> {
    const result = await this.#pool.query<KnownOperation>(
      `select service, name, kind, id from otel.operation where service = any($1::text[])`,
      [services],
    )
    return Map.groupBy(result.rows, (row) => row.service)
  }

  /** The nameless operations by kind, of each service that may have them. */
  async #resolveNameless(
    services: readonly string[],
    perService: number,
    inAll: number,
  ): Promise<Map<string, readonly Operation[]>> {
    const nameless = services.map((service) =>
      [0, 1, 2, 3, 4, 5].map((kind) => ({ service, name: '', kind, id: 0, isOverflow: true })),
    )
    await this.#insert(nameless.flat(), perService, inAll)
    await this.#lookUp(nameless.flat())
    const resolved = nameless.filter((operations) => operations.every((one) => one.id !== 0))
    return new Map(resolved.map((operations) => [operations[0]!.service, operations]))
  }

  /** Six rows in all, and without a bound: for every name has to end somewhere. */
  async #resolveOthers(): Promise<readonly Operation[]> {
    const unbounded = Number.MAX_SAFE_INTEGER
    return (await this.#resolveNameless([otherServices], unbounded, unbounded)).get(otherServices)!
  }
}

type KnownOperation = Pick<Operation, 'service' | 'name' | 'kind' | 'id'>

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
  close(known: readonly KnownOperation[], nameless: readonly Operation[]): void {
    this.#byName.clear()
    for (const row of known) this.#add(keyOf(row.name), { ...row, isOverflow: false })
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
