// What the licenses of bundled packages ask for: their texts, with the bundle.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
}

/** Writes name, version, license and notices of each package that one of `inputs` (paths from `root`) belongs to. */
export function writeLicenses(root: string, inputs: readonly string[], target: string): void {
  const folders = [...new Set(inputs.flatMap((input) => packageFolder(input) ?? []))].sort()
  const byText = new Map<string, string[]>()
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest
    const texts = globSync('{LICEN[CS]E,LICEN[CS]E.*,NOTICE,NOTICE.*}', { cwd: join(root, folder) }).sort()
    if (texts.length === 0 || manifest.license === undefined)
      throw new Error(`${folder} does not say its license`)
    const text = texts.map((file) => readFileSync(join(root, folder, file), 'utf8').trim()).join('\n\n')
    byText.set(text, [
      ...(byText.get(text) ?? []),
      `${manifest.name} ${manifest.version} (${manifest.license})`,
    ])
  }
  const rule = '-'.repeat(80)
  const chapters = [...byText].map(
    ([text, packages]) => `${rule}\n${packages.join('\n')}\n${rule}\n\n${text}\n`,
  )
  writeFileSync(
    target,
    `The code in this folder contains the following packages, under their own licenses.\n\n${chapters.join('\n')}`,
  )
}

function packageFolder(input: string): string | undefined {
  const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input) ?? []
  return folder
}
