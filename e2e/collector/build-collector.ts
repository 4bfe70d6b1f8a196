// The real OpenTelemetry Collector for the tests: built from manifest.yaml by its official builder, once per manifest.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDir } from '../cache-dir.ts'

const manifest = join(import.meta.dirname, 'manifest.yaml')
const builderModule = 'go.opentelemetry.io/collector/cmd/builder'

/**
 * The path of a Collector: built before, or built now with Go (a minute or two), or the `otelcol` on PATH.
 * Undefined when there is neither.
 */
export async function findCollector(): Promise<string | undefined> {
  const text = readFileSync(manifest, 'utf8')
  const built = join(cacheDir, `collector-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`)
  const binary = join(built, 'otelcol')
  if (existsSync(binary)) return binary
  if (runs('go', ['version'])) {
    await build(text, built)
    return binary
  }
  return runs('otelcol', ['--version']) ? 'otelcol' : undefined
}

async function build(text: string, target: string): Promise<void> {
  const version = /^ {2}version: (\S+)$/m.exec(text)?.[1] ?? ''
  console.log(`building the OpenTelemetry Collector ${version} (once, a minute or two) …`)
  await mkdir(cacheDir, { recursive: true })
  const dir = await mkdtemp(join(cacheDir, 'collector-building-'))
  try {
    const environment = { GOBIN: dir, GOFLAGS: '-buildvcs=false', CGO_ENABLED: '0' }
    await run('go', ['install', `${builderModule}@v${version}`], environment)
    const placed = join(dir, 'manifest.yaml')
    await writeFile(
      placed,
      text.replace(/^dist:$/m, `dist:\n  output_path: ${JSON.stringify(join(dir, 'out'))}`),
    )
    await run(join(dir, 'builder'), ['--config', placed], environment)
    await rename(join(dir, 'out'), target).catch((error: unknown) => {
      if (!existsSync(join(target, 'otelcol'))) throw error // another run built it meanwhile
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/** The builder writes its progress to stderr, so that is shown only when it fails. */
async function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail)
    child.once('close', done)
  })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed (${code}):\n${output}`)
}
