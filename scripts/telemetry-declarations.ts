// The declarations that people get: those that the entry points lead to, and only what their TypeScript can resolve.
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/**
 * Deletes the declarations below `dist` that none of the entries needs, and writes relative imports as `.js`. Fails when
 * one that stays refers to a package that is not in `declared`: a user with `skipLibCheck: false` would not compile.
 */
export function keepReachableDeclarations(
  dist: string,
  entries: readonly string[],
  declared: readonly string[],
): void {
  const kept = new Set<string>()
  const faults: string[] = []
  const visit = (file: string): void => {
    if (kept.has(file)) return
    kept.add(file)
    const text = readFileSync(join(dist, file), 'utf8')
    const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true)
    for (const { fileName } of [...importedFiles, ...typeReferenceDirectives]) {
      if (fileName.startsWith('.')) visit(join(dirname(file), fileName.replace(/\.[jt]s$/, '.d.ts')))
      else if (!declared.includes(fileName) && !fileName.startsWith('node:')) {
        faults.push(`${file} refers to ${fileName}`)
      }
    }
    writeFileSync(join(dist, file), text.replace(/(['"])(\.\.?\/[^'"\n]+)\.ts\1/g, '$1$2.js$1'))
  }
  for (const entry of entries) visit(entry)
  if (faults.length > 0)
    throw new Error(`declarations that users could not resolve:\n  ${faults.join('\n  ')}`)
  for (const file of globSync('**/*.d.ts', { cwd: dist })) {
    if (!kept.has(file)) rmSync(join(dist, file))
  }
}
