import { Type } from 'typebox'
import { problemCodes } from './problem-codes.ts'

export const health = Type.Object(
  { status: Type.Literal('ok'), name: Type.Literal('holdfast'), version: Type.String() },
  { $id: 'Health', description: 'The process lives' },
)

const checks = Type.Record(Type.String(), Type.String(), { description: 'By name, in words' })

export const readiness = Type.Object(
  { ready: Type.Literal(true), checks },
  { $id: 'Readiness', description: 'Takes payloads, persists them and answers queries' },
)

export const problem = Type.Object(
  {
    type: Type.Literal('about:blank'),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(problemCodes, { description: 'docs/api.md says what to do about each' }),
    detail: Type.String(),
    instance: Type.Optional(Type.String({ description: 'The path that was asked for' })),
    errors: Type.Optional(
      Type.Array(Type.Object({ parameter: Type.String(), message: Type.String() }), {
        description: 'With invalid_parameter: each mistake',
      }),
    ),
    checks: Type.Optional(checks),
  },
  {
    $id: 'Problem',
    description: 'RFC 9457. `code` is stable, programs go by it; `detail` is for people',
  },
)
