// What a package is published as: its dist/, and the license beside it.
//
// Nothing is done when nothing has changed that it is made of. A new one is made elsewhere and moved in when complete. So
// whoever uses dist/ may build first: nobody meets half of it, and nobody's is replaced by the same thing.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const repository = resolve(import.meta.dirname, '..')

/** Makes packages/<name>/dist by letting `fill` write into a folder that is empty. Force it by deleting dist. */
export async function makeDist(
  name: string,
  fill: (draft: string) => Promise<void> | void,
  root = repository,
): Promise<void> {
  const folder = join(root, 'packages', name)
  const dist = join(folder, 'dist')
  const license = join(folder, 'LICENSE')
  const cache = join(folder, '.cache')
  const madeOf = join(cache, 'dist-made-of')
  const hash = hashSources(root, name)
  const isUpToDate = (): boolean =>
    existsSync(dist) && existsSync(license) && existsSync(madeOf) && readFileSync(madeOf, 'utf8') === hash
  if (isUpToDate()) return

  mkdirSync(cache, { recursive: true })
  const workshop = mkdtempSync(join(cache, 'dist-'))
  const draft = join(workshop, 'dist')
  try {
    mkdirSync(draft)
    await fill(draft)
    if (isUpToDate()) return // another build, at the same time
    copyFileSync(join(root, 'LICENSE'), license)
    rmSync(madeOf, { force: true })
    if (existsSync(dist)) renameSync(dist, join(workshop, 'before'))
    renameSync(draft, dist)
    writeFileSync(madeOf, hash)
  } finally {
    rmSync(workshop, { recursive: true, force: true })
  }
}

/** The entry points in tsconfig.build.json of packages/<name> and all that they import, compiled into `outDir`. */
export function compileInto(outDir: string, name: string): void {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const project = join(repository, 'packages', name, 'tsconfig.build.json')
  const compiled = spawnSync(process.execPath, [tsc, '--project', project, '--outDir', outDir], {
    stdio: 'inherit',
  })
  if (compiled.status !== 0) throw new Error(`packages/${name} does not compile`)
}

/** Of every file that can change what is built. The lock file stands for the compilers, and for what is bundled. */
function hashSources(root: string, name: string): string {
  const files = globSync(
    [
      `packages/${name}/{package.json,tsconfig.build.json}`,
      `packages/${name}/src/**/*.ts`,
      ...['LICENSE', 'package-lock.json', 'scripts/*.ts', 'tsconfig.json'],
    ],
    { cwd: root },
  )
  const hash = createHash('sha256')
  for (const file of files.filter((path) => !/\.(test|fixture)\.ts$/.test(path)).sort()) {
    const content = readFileSync(join(root, file))
    hash.update(`${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}
