import { Type } from 'typebox'
import { count, named, nullable, spanId } from '../schema-parts.ts'
import { breakReasonWords } from './break-reasons.ts'
import { undecidedWords } from './hop.ts'

export const hopSide = Type.Object(
  { span_id: spanId, name: Type.String(), service_name: Type.String() },
  { $id: 'HopSide' },
)

const aboutTheCall = {
  mcp_method: nullable(Type.String()),
  tool: nullable(Type.String()),
  carrier: Type.Union([Type.String(), Type.Null()], {
    description:
      'What brought the context, as the called side told (`holdfast.context.carrier`): mcp.meta, http.header or none',
  }),
}

export const joinedHop = Type.Object(
  { from: named(hopSide), to: named(hopSide), ...aboutTheCall },
  { $id: 'JoinedHop', description: 'Work that passed from one process to another within this trace' },
)

export const brokenHop = Type.Object(
  {
    reason: Type.Enum(breakReasonWords, { description: 'Stable; docs/continuity.md has each' }),
    meaning: Type.String({ description: 'For people' }),
    what_to_do: Type.String({ description: 'For people' }),
    from: nullable(named(hopSide)),
    to: nullable(named(hopSide)),
    ...aboutTheCall,
    affected_spans: Type.Integer({
      minimum: 1,
      description: 'Of missing_parent: how many spans name that parent',
    }),
    likely_other_half: Type.Union([Type.String({ pattern: '^[0-9a-f]{32}$' }), Type.Null()], {
      description: 'A trace that, by name and time, may hold the other side; looked for with the first few',
    }),
  },
  { $id: 'BrokenHop', description: 'Work that should have; the side that is not in this trace is null' },
)

export const undecidedHop = Type.Object(
  {
    because: Type.Enum([...undecidedWords], { description: 'Stable; docs/continuity.md has each' }),
    from: nullable(named(hopSide)),
    to: nullable(named(hopSide)),
    ...aboutTheCall,
  },
  {
    $id: 'UndecidedHop',
    description:
      'Cannot be told yet, or ever: under way, just ended, failed unanswered, or answered by what tells no MCP request',
  },
)

export const continuity = Type.Object(
  {
    checked_spans: count,
    complete: Type.Boolean({ description: 'All spans of the trace were looked at; else its first 10 000' }),
    joined_count: count,
    broken_count: count,
    undecided_count: count,
    joined: Type.Array(named(joinedHop), { description: 'At most 1000, as each list' }),
    broken: Type.Array(named(brokenHop)),
    undecided: Type.Array(named(undecidedHop)),
  },
  { $id: 'Continuity', description: 'Where the trace passed from process to process, and where it did not' },
)
