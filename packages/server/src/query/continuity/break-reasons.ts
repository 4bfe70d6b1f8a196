/** Why a hop broke, in words for people. The keys are stable: programs go by them (docs/continuity.md has each in full). */
export const breakReasons = {
  no_server_span: {
    meaning: 'the call was made, and nothing of the other side is in this trace',
    whatToDo:
      'trace the server (`traceMcpServer`), see that it exports to this Holdfast, and that nothing between the two drops ' +
      'the request’s `_meta` or its `traceparent` header',
  },
  context_not_received: {
    meaning: 'the server was called and no trace context came with the call, so it began a trace of its own',
    whatToDo:
      'trace the client (`traceMcpClient`), or let whatever makes the call send `traceparent` in `_meta` or as a header; ' +
      'nothing to do where the client is not yours',
  },
  root_in_called_service: {
    meaning:
      'a request that comes from other services elsewhere came without trace context, so it began a trace of its own',
    whatToDo:
      'let the caller send `traceparent`, and proxies between the two pass it on; nothing to do where the caller is not ' +
      'traced at all (a script, a browser)',
  },
  missing_parent: {
    meaning:
      'spans name a parent that is not in this trace: it has not arrived, was not sampled, or went to another backend',
    whatToDo:
      'see that the caller exports to this Holdfast too and flushes before it exits, and that both sides sample alike; ' +
      '`holdfast doctor` tells whether anything waits here',
  },
} as const

export type BreakReason = keyof typeof breakReasons

export const breakReasonWords = Object.keys(breakReasons) as BreakReason[]
