import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { help, readOptions } from './read-options.ts'

describe('the options of the demo', () => {
  test('without any: Streamable HTTP, the best engine there is, a data directory of its own', () => {
    assert.deepEqual(readOptions([], {}, false), {
      transport: 'http',
      engine: 'auto',
      stays: false,
      dataDir: join(homedir(), '.local', 'state', 'holdfast', 'demo'),
      questions: [],
      help: false,
    })
  })

  test('it stays at a terminal, and only there, unless told otherwise', () => {
    const stays = (args: string[], isAtTerminal: boolean) => readOptions(args, {}, isAtTerminal).stays
    assert.deepEqual([stays([], true), stays(['--exit'], true)], [true, false])
    assert.deepEqual([stays([], false), stays(['--stay'], false)], [false, true])
  })

  test('the data directory is HOLDFAST_DATA_DIR, else below XDG_STATE_HOME', () => {
    const dataDir = (env: Record<string, string>) => readOptions([], env, false).dataDir
    assert.equal(dataDir({ HOLDFAST_DATA_DIR: '~/here', XDG_STATE_HOME: '/state' }), join(homedir(), 'here'))
    assert.equal(dataDir({ XDG_STATE_HOME: '/state' }), '/state/holdfast/demo')
  })

  test('what is no option is a question', () => {
    const asked = readOptions(['How many?', '--exit', 'Why?'], {}, false)
    assert.deepEqual(asked.questions, ['How many?', 'Why?'])
  })

  const mistakes: readonly (readonly [string[], Record<string, string>, RegExp])[] = [
    [['--transport', 'grpc'], {}, /--transport is "grpc"; it takes http, sse, stdio/],
    [['--engine', 'gpt'], {}, /--engine is "gpt"; it takes auto, spacy, wink/],
    [['--stay', '--exit'], {}, /exclude each other/],
    [['--stayy'], {}, /--stayy/],
    [['--transport'], {}, /--transport/],
    [[], { TELEMETRY_BACKEND: 'mlflow' }, /it takes otel or dual/],
    [[], { TELEMETRY_BACKEND: 'dual' }, /needs MLFLOW_TRACKING_URI/],
  ]
  for (const [args, env, sentence] of mistakes) {
    test(`bad usage: ${JSON.stringify(env)} ${args.join(' ')}`, () => {
      assert.throws(() => readOptions(args, env, false), { exitCode: 2, message: sentence })
    })
  }

  test('the help names every option', () => {
    for (const option of ['--transport', '--engine', '--stay', '--exit']) assert.ok(help.includes(option))
    assert.ok(help.split('\n').every((line) => line.length <= 120))
  })
})
