import pg from 'pg'

interface TableSize {
  readonly table: string
  readonly heapBytes: number
  readonly toastBytes: number
  readonly indexBytes: number
}

export interface DatabaseSize {
  readonly tables: readonly TableSize[]
  /** Written to the log since the cluster was made. */
  readonly walBytes: number
}

/** What schema otel takes on disk: tables, their indexes and TOAST; partitions count with their parent. Without WAL. */
export async function readDatabaseSize(connectionString: string): Promise<DatabaseSize> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const tables = await client.query<{ table: string; heap: string; toast: string; index: string }>(`
      select coalesce(parent.relname, c.relname) as "table",
             sum(pg_relation_size(c.oid)) as heap,
             sum(pg_table_size(c.oid) - pg_relation_size(c.oid)) as toast,
             sum(pg_indexes_size(c.oid)) as index
      from pg_class c
      left join pg_inherits i on i.inhrelid = c.oid
      left join pg_class parent on parent.oid = i.inhparent
      where c.relnamespace = 'otel'::regnamespace and c.relkind in ('r', 'm')
      group by 1 order by sum(pg_total_relation_size(c.oid)) desc`)
    const wal = await client.query<{ bytes: string }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as bytes`,
    )
    return {
      tables: tables.rows.map(({ table, heap, toast, index }) => ({
        table,
        heapBytes: Number(heap),
        toastBytes: Number(toast),
        indexBytes: Number(index),
      })),
      walBytes: Number(wal.rows[0]?.bytes ?? 0),
    }
  } finally {
    await client.end()
  }
}

export interface DiskUse {
  /** Heap, TOAST and indexes. */
  readonly bytesPerSpan: number
  readonly walBytesPerSpan: number
  readonly tables: readonly {
    readonly table: string
    readonly bytesPerSpan: number
    readonly indexBytesPerSpan: number
  }[]
}

/** What the spans written between two readings took. Tables that grew by less than a tenth of a byte a span are left out. */
export function compareSizes(before: DatabaseSize, after: DatabaseSize, spanCount: number): DiskUse {
  const earlier = new Map(before.tables.map((size) => [size.table, size]))
  const perSpan = (bytes: number): number => Math.round((bytes / spanCount) * 10) / 10
  const tables = after.tables.map((size) => {
    const old = earlier.get(size.table) ?? { heapBytes: 0, toastBytes: 0, indexBytes: 0 }
    const index = size.indexBytes - old.indexBytes
    const all = size.heapBytes + size.toastBytes - old.heapBytes - old.toastBytes + index
    return { table: size.table, bytes: all, bytesPerSpan: perSpan(all), indexBytesPerSpan: perSpan(index) }
  })
  return {
    bytesPerSpan: perSpan(tables.reduce((sum, { bytes }) => sum + bytes, 0)),
    walBytesPerSpan: perSpan(after.walBytes - before.walBytes),
    tables: tables
      .filter(({ bytesPerSpan }) => bytesPerSpan >= 0.1)
      .map(({ table, bytesPerSpan, indexBytesPerSpan }) => ({ table, bytesPerSpan, indexBytesPerSpan })),
  }
}
