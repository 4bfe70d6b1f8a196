import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the tests keep what takes minutes to make: the Collector, the Python environment. Survives a new clone. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'holdfast')
