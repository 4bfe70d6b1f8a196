/** Which attributes have a column of their own in otel.span_row, under all the names they are sent with. */
import { conventions } from './dialects/conventions.ts'
import {
  promotedColumns,
  type AsideName,
  type DialectKey,
  type PromotedColumn,
  type PromotedType,
} from './dialects/dialect.ts'
import { genAi } from './dialects/gen-ai.ts'
import { holdfast } from './dialects/holdfast.ts'
import { mlflow } from './dialects/mlflow.ts'
import { openInference } from './dialects/open-inference.ts'
import { traceloop } from './dialects/traceloop.ts'
import { vercelAi } from './dialects/vercel-ai.ts'

/** GenAI's own names win over a dialect's. A span speaks one dialect, or two that say the same: their order hardly matters. */
const dialects = [conventions, genAi, openInference, traceloop, vercelAi, mlflow, holdfast]

export interface PromotedAttribute {
  readonly column: PromotedColumn
  readonly type: PromotedType
  /** Where a span has several of them, the one named first counts. */
  readonly keys: readonly (string | DialectKey)[]
}

/** In the order in which rows are written. */
export const promotedAttributes: readonly PromotedAttribute[] = Object.entries(promotedColumns).map(
  ([name, type]) => {
    const column = name as PromotedColumn
    return { column, type, keys: dialects.flatMap((dialect) => dialect[column] ?? []) }
  },
)

export interface AsideAttribute {
  readonly name: AsideName
  readonly keys: readonly string[]
}

/** What is read besides: it has no column, and decides what others hold. */
export const asideAttributes: readonly AsideAttribute[] = (
  ['running', 'entity_name', 'json_usage'] as const
).map((name) => ({ name, keys: dialects.flatMap((dialect) => dialect[name] ?? []) }))

/** Where input tokens do not include cached ones: by scope, and by the key that tells the cached ones. */
export const inputWithoutCache = {
  scopes: new Set(dialects.flatMap((dialect) => dialect.inputWithoutCache?.scopes ?? [])),
  cacheKeys: new Set(dialects.flatMap((dialect) => dialect.inputWithoutCache?.cacheKeys ?? [])),
  /** The providers whose APIs count cached tokens apart, under whatever name. */
  providers: /anthropic|bedrock/i,
}

/**
 * Longer values are not promoted: a filter treats the missing value as "may match" and asks the body. Only fingerprints are,
 * shortened to as much.
 */
export const maxPromotedBytes = 256
