// Makes what `npm pack` packs of a package that is not bundled: dist/ by the TypeScript compiler, the license beside it.
// `build-package.ts server`.
// The source runs without this; it is for the package, because Node does not strip types below node_modules.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const folder = join(root, 'packages', process.argv[2] ?? '')

rmSync(join(folder, 'dist'), { recursive: true, force: true })
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
const compiled = spawnSync(process.execPath, [tsc, '--project', join(folder, 'tsconfig.build.json')], {
  stdio: 'inherit',
})
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

// Not there where the image is built, which has its own copy.
const license = join(root, 'LICENSE')
if (existsSync(license)) copyFileSync(license, join(folder, 'LICENSE'))
