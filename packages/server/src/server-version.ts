import { readFileSync } from 'node:fs'

/** The version of the package, from its package.json: one folder up in the source and in the packed build alike. */
export const serverVersion = readVersion()

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}
