import { delimiter, dirname } from 'node:path'
import type { TestContext } from 'node:test'
import { runChild } from './child-process.ts'

/** npm and what it starts run on the Node that runs the tests, whatever the machine's own is. */
export const npmEnvironment = {
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
}

/** npm in `folder`, run to its end; it asks the registry only for what its cache does not have. */
export function runNpm(t: TestContext, folder: string, args: readonly string[]): ReturnType<typeof runChild> {
  return runChild(t, {
    title: `npm ${args.join(' ')} in ${folder}`,
    command: 'npm',
    args: [...args, '--prefer-offline', '--no-audit', '--no-fund'],
    cwd: folder,
    env: npmEnvironment,
  })
}
