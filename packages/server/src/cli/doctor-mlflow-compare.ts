// One trace, held against itself in the other store.

/** A finished span, as far as both stores tell it the same way. */
export interface SpanFacts {
  readonly failed: boolean
  /** Known in Holdfast only. */
  readonly serviceName?: string
}

export interface StatusDifference {
  readonly span_id: string
  readonly holdfast: 'error' | 'not_error'
  readonly mlflow: 'error' | 'not_error'
}

export interface Difference {
  readonly kind: 'missing_in_mlflow' | 'missing_in_holdfast' | 'spans_differ' | 'status_differs'
  readonly holdfast_spans: number
  readonly mlflow_spans: number
  /** Span ids. */
  readonly missing_in_mlflow: readonly string[]
  readonly missing_in_holdfast: readonly string[]
  /** Services of the spans that are missing in MLflow. */
  readonly services_missing_in_mlflow: readonly string[]
  readonly status: readonly StatusDifference[]
}

/** By span id. */
export type SpansById = ReadonlyMap<string, SpanFacts>

/** @returns undefined when both have the same finished spans, failed in the same places */
export function compareSpans(holdfast: SpansById, mlflow: SpansById): Difference | undefined {
  const missingInMlflow = [...holdfast.keys()].filter((id) => !mlflow.has(id))
  const missingInHoldfast = [...mlflow.keys()].filter((id) => !holdfast.has(id))
  const status = [...holdfast].flatMap(([id, { failed }]) =>
    compareStatus(id, failed, mlflow.get(id)?.failed),
  )
  const isEqual = missingInMlflow.length === 0 && missingInHoldfast.length === 0
  if (isEqual && status.length === 0) return undefined
  const services = missingInMlflow.map((id) => holdfast.get(id)?.serviceName ?? '')
  return {
    kind: isEqual ? 'status_differs' : nameDifference(holdfast, mlflow),
    holdfast_spans: holdfast.size,
    mlflow_spans: mlflow.size,
    missing_in_mlflow: missingInMlflow,
    missing_in_holdfast: missingInHoldfast,
    services_missing_in_mlflow: [...new Set(services)].filter((name) => name !== '').sort(),
    status,
  }
}

function nameDifference(holdfast: SpansById, mlflow: SpansById): Difference['kind'] {
  if (mlflow.size === 0) return 'missing_in_mlflow'
  return holdfast.size === 0 ? 'missing_in_holdfast' : 'spans_differ'
}

function compareStatus(id: string, holdfast: boolean, mlflow: boolean | undefined): StatusDifference[] {
  if (mlflow === undefined || mlflow === holdfast) return []
  const say = (failed: boolean) => (failed ? 'error' : 'not_error')
  return [{ span_id: id, holdfast: say(holdfast), mlflow: say(mlflow) }]
}
