// Makes what `npm pack` packs of packages/telemetry.
//
// The OpenTelemetry SDK is bundled and @opentelemetry/api is not. As a dependency, an SDK of the 3.x line does not
// install beside an application's 2.x without a warning; and a second copy of the API records nothing, in silence.
// grpc-js gets a chunk of its own, which is loaded only by who exports over gRPC.
//
// The build fails when anything that is published, code or declarations, needs a package that is not declared, and when
// `@holdfast/telemetry/mcp` needs any of the SDK.
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { build, type Metafile, type OutputFile, type Plugin } from 'esbuild'
import { compileInto, makeDist } from './make-dist.ts'
import { keepReachableDeclarations } from './telemetry-declarations.ts'
import { writeLicenses } from './third-party-licenses.ts'

const root = resolve(import.meta.dirname, '..')
const source = join(root, 'packages', 'telemetry', 'src')

/** What the user has: a peer dependency. */
const external = ['@opentelemetry/api']

/** grpc-js has it for channelz and ORCA, which nobody asks for here: 330 kB with protobufjs, never loaded. */
const withoutProtoLoader: Plugin = {
  name: 'without-proto-loader',
  setup(bundler) {
    bundler.onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path }) => ({ path, namespace: 'left-out' }))
    bundler.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `exports.loadSync = () => { throw new Error('${path} is not part of this bundle') }`,
      loader: 'js',
    }))
  },
}

/** grpc-js is CommonJS: its `require` of Node's own modules needs one, which ESM does not have. */
const requireBanner =
  "import { createRequire as createRequireOfBundle } from 'node:module'\nconst require = createRequireOfBundle(import.meta.url)\n"

async function buildInto(dist: string): Promise<void> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: join(source, 'index.ts'), out: 'index' },
      { in: join(source, 'mcp', 'index.ts'), out: 'mcp/index' },
    ],
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    external,
    plugins: [withoutProtoLoader],
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const entries = ['index.js', 'mcp/index.js'].map((file) => relative(root, join(dist, file)))
  const loaded = findLoaded(metafile, entries, isLoaded)
  refuseUndeclared(metafile, loaded)
  refuseSdkInMcp(metafile, entries.slice(1))
  for (const file of outputFiles) {
    if (loaded.has(relative(root, file.path))) writeOutput(file)
  }
  compileInto(dist, 'telemetry')
  if (globSync('**/*.d.ts', { cwd: dist }).length === 0) throw new Error('no declarations were made')
  keepReachableDeclarations(dist, ['index.d.ts', 'mcp/index.d.ts'], external)
  writeLicenses(root, inputsOf(metafile, loaded), join(dist, 'THIRD-PARTY-LICENSES'))
}

/** Also on demand. */
const isLoaded = (kind: string): boolean => kind === 'import-statement' || kind === 'dynamic-import'
/** At once. */
const isLoadedAtOnce = (kind: string): boolean => kind === 'import-statement'

/** The outputs that these entry points come to. Dynamic imports in code that was shaken off leave files that none loads. */
function findLoaded(
  metafile: Metafile,
  entries: readonly string[],
  follow: (kind: string) => boolean,
): Set<string> {
  const loaded = new Set<string>()
  const visit = (output: string): void => {
    if (loaded.has(output)) return
    loaded.add(output)
    for (const { path, kind, external: outside } of metafile.outputs[output]?.imports ?? []) {
      if (outside !== true && follow(kind)) visit(path)
    }
  }
  for (const entry of entries) visit(entry)
  return loaded
}

function refuseUndeclared(metafile: Metafile, loaded: ReadonlySet<string>): void {
  const undeclared = Object.entries(metafile.outputs)
    .filter(([output]) => loaded.has(output))
    .flatMap(([, { imports }]) => imports.filter((one) => one.external === true).map(({ path }) => path))
    .filter((path) => !external.includes(path) && !isBuiltin(path))
  if (undeclared.length > 0) throw new Error(`not bundled and not declared: ${undeclared.join(', ')}`)
}

/** Propagation alone costs no SDK: whoever has one of his own loads nothing of ours. */
function refuseSdkInMcp(metafile: Metafile, entries: readonly string[]): void {
  const packages = inputsOf(metafile, findLoaded(metafile, entries, isLoadedAtOnce)).filter((input) =>
    input.includes('node_modules/'),
  )
  if (packages.length > 0) throw new Error(`mcp/index.js would hold ${packages.join(', ')}`)
}

function inputsOf(metafile: Metafile, loaded: ReadonlySet<string>): string[] {
  return Object.entries(metafile.outputs)
    .filter(([output]) => loaded.has(output))
    .flatMap(([, { inputs }]) =>
      Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([input]) => input),
    )
}

function writeOutput({ path, text }: OutputFile): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text.includes('typeof require ') ? requireBanner + text : text)
}

await makeDist('telemetry', buildInto)
