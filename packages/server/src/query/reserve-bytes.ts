import type { FastifyReply } from 'fastify'
import type { ByteBudget } from '../queue/byte-budget.ts'
import { ProblemError } from './problem.ts'
import { maxPageBytes } from './read-span-page.ts'

/**
 * Reserves what a long answer may take until it has left, so that many slow readers of long traces cannot fill the
 * memory that the door needs.
 * @throws ProblemError `busy` when the budget has no room now
 */
export function reserveForAnswer(budget: ByteBudget, reply: FastifyReply): void {
  reserve(budget, reply, maxPageBytes)
}

/** The same for the rows of so many spans, which are held while they are judged. */
export function reserveForRows(budget: ByteBudget, reply: FastifyReply, rows: number): void {
  reserve(budget, reply, rows * bytesPerRow)
}

// A row with the labels of its index, as JavaScript holds it.
const bytesPerRow = 700

function reserve(budget: ByteBudget, reply: FastifyReply, wantedBytes: number): void {
  // Of a small budget one answer takes an eighth: it bounds how many run at once.
  const bytes = Math.min(wantedBytes, Math.floor(budget.totalBytes / 8))
  if (!budget.tryReserve(bytes)) {
    throw new ProblemError('busy', 'the server has no memory left for this answer now; try again', {
      retryAfterSeconds: 1,
    })
  }
  reply.raw.once('close', () => budget.release(bytes))
}
