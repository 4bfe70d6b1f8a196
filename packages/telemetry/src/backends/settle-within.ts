import { report } from '../report.ts'

/**
 * Resolves when `work` has ended, well or not, and after `timeoutMs` at the latest; never rejects. Keeps the process
 * alive meanwhile, unless told not to: whoever awaits a flush would otherwise be cut off in it.
 */
export async function settleWithin(
  timeoutMs: number,
  work: Promise<unknown>,
  keepAlive: boolean = true,
): Promise<void> {
  await new Promise<void>((done) => {
    const timer = setTimeout(done, timeoutMs)
    if (!keepAlive) timer.unref()
    const end = (): void => {
      clearTimeout(timer)
      done()
    }
    work.then(end, (error: unknown) => {
      report.debug(`a flush failed: ${error instanceof Error ? error.name : 'unknown error'}`)
      end()
    })
  })
}
