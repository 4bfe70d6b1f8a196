import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { nameError } from './outcome.ts'
import { report } from '../report.ts'
import { destinationFile, parseSpoolFileName } from './spool-file-name.ts'

/** A folder of another destination where requests wait. */
export interface StrandedSpool {
  readonly dir: string
  readonly fileCount: number
  /** In words; undefined where the folder does not tell. */
  readonly destination: string | undefined
}

/**
 * The folders beside `spoolDir` that are of its kind (`otlp-…`, `mlflow-…`) and hold requests: whoever changed the
 * address of his server has left them there. Never rejects.
 */
export async function findStrandedSpools(spoolDir: string): Promise<StrandedSpool[]> {
  const [own, root] = [basename(spoolDir), dirname(spoolDir)]
  const kind = own.slice(0, own.indexOf('-') + 1)
  if (kind === '') return []
  const found: StrandedSpool[] = []
  for (const name of await listNames(root)) {
    if (name === own || !name.startsWith(kind)) continue
    const dir = join(root, name)
    const files = (await listNames(dir)).map(parseSpoolFileName)
    const fileCount = files.filter((file) => file !== undefined && !file.isDamaged).length
    if (fileCount > 0) found.push({ dir, fileCount, destination: await readDestination(dir) })
  }
  return found
}

async function listNames(dir: string): Promise<string[]> {
  try {
    return await readdir(dir)
  } catch (error) {
    report.debug(`other spools cannot be looked at: ${nameError(error)}`)
    return []
  }
}

async function readDestination(dir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(dir, destinationFile), 'utf8')).trim()
  } catch (error) {
    report.debug(`a spool does not tell what it is for: ${nameError(error)}`)
    return undefined
  }
}
