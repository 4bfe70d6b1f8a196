import type { SpanItem } from '../query/contract.ts'

/** A span's line in the tree. */
export interface TreeLine {
  readonly span: SpanItem
  /** For each level above, whether its line goes on below; the last is the span's own. Empty for a root. */
  readonly goesOn: readonly boolean[]
  readonly depth: number
  /** It names a parent that is not among the spans, or that is its own descendant. */
  readonly isOrphan: boolean
}

// Below this the lines are no longer indented: the prefix would eat the names, and its length the memory.
export const maxIndent = 24

/**
 * Orders spans as a tree, depth first, children by start, the shorter first. Every span has exactly one line, whatever the parents say:
 * spans without a known parent are roots, and a circle of parents is cut at its earliest span.
 */
export function arrangeSpans(spans: readonly SpanItem[]): TreeLine[] {
  const ordered = [...spans].sort(byStart)
  const known = new Set(ordered.map((span) => span.span_id))
  const children = new Map<string, SpanItem[]>()
  const roots: SpanItem[] = []
  for (const span of ordered) {
    const parent = span.parent_span_id
    if (parent === null || !known.has(parent)) {
      roots.push(span)
      continue
    }
    const siblings = children.get(parent)
    if (siblings === undefined) children.set(parent, [span])
    else siblings.push(span)
  }
  const lines: TreeLine[] = []
  const seen = new Set<SpanItem>()
  for (const root of roots) addTree(root, children, seen, lines)
  // What is left has only ancestors that are its descendants too.
  for (const span of ordered) {
    if (!seen.has(span)) addTree(span, children, seen, lines)
  }
  return lines
}

/** Not recursive: a chain of spans may be as deep as a trace is long. */
function addTree(
  root: SpanItem,
  children: ReadonlyMap<string, readonly SpanItem[]>,
  seen: Set<SpanItem>,
  lines: TreeLine[],
): void {
  const stack: TreeLine[] = [{ span: root, goesOn: [], depth: 0, isOrphan: root.parent_span_id !== null }]
  seen.add(root)
  for (let line = stack.pop(); line !== undefined; line = stack.pop()) {
    lines.push(line)
    const below = (children.get(line.span.span_id) ?? []).filter((span) => !seen.has(span))
    for (let index = below.length - 1; index >= 0; index--) {
      const span = below[index]!
      seen.add(span)
      const goesOn = [...line.goesOn, index < below.length - 1].slice(0, maxIndent)
      stack.push({ span, goesOn, depth: line.depth + 1, isOrphan: false })
    }
  }
}

// Times have a fixed number of digits, so their texts sort as they do. OpenTelemetry's SDK for JavaScript tells starts in whole
// milliseconds and durations finer, so of spans with one start the shorter one mostly came first.
function byStart(a: SpanItem, b: SpanItem): number {
  if (a.start_time !== b.start_time) return a.start_time < b.start_time ? -1 : 1
  if (a.duration_ms !== b.duration_ms) return a.duration_ms - b.duration_ms
  return a.span_id < b.span_id ? -1 : 1
}
