// The compose file cannot be run here without a Docker engine. What can be checked without one: that Compose would accept
// it, that the services wait for each other in the right order, and that everything it names exists. The pipeline test
// runs the same services in that order as processes, with the same Collector configuration.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { before, describe, test } from 'node:test'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { collectorConfig } from './collector/collector-process.ts'

const root = resolve(import.meta.dirname, '..')

interface Service {
  readonly build?: string
  readonly image?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly restart?: string
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

function readYaml(path: string): unknown {
  return parse(readFileSync(join(root, path), 'utf8'), { merge: true })
}

describe('docker-compose.yml', () => {
  let compose: Compose
  let services: Readonly<Record<string, Service>>
  const service = (name: string): Service => {
    const found = services[name]
    assert.ok(found, `there is no service ${name}`)
    return found
  }

  before(() => {
    compose = readYaml('docker-compose.yml') as Compose
    services = compose.services
  })

  test('follows the schema of the Compose specification', () => {
    // The schema of compose-spec, as the Compose linter dclint ships it.
    const dclint = dirname(createRequire(import.meta.url).resolve('dclint/package.json'))
    const schema = JSON.parse(readFileSync(join(dclint, 'schemas', 'compose.schema.json'), 'utf8')) as object
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile({
      ...schema,
      $schema: 'http://json-schema.org/draft-07/schema#',
    })
    assert.ok(validate(compose), JSON.stringify(validate.errors, null, 2))
    assert.equal(validate({ services: { x: { port: ['1:1'] } } }), false, 'the schema tells right from wrong')
  })

  test('the worker waits for a healthy database and a migration that succeeded, the Collector for the worker', () => {
    assert.deepEqual(service('otel-worker-migrate').depends_on, {
      postgres: { condition: 'service_healthy' },
    })
    assert.deepEqual(service('otel-worker').depends_on, {
      postgres: { condition: 'service_healthy' },
      'otel-worker-migrate': { condition: 'service_completed_successfully' },
    })
    assert.deepEqual(service('otel-collector').depends_on, {
      'otel-worker': { condition: 'service_healthy' },
    })
  })

  test('who is waited for to be healthy has a health check', () => {
    for (const [name, one] of Object.entries(services)) {
      for (const [needed, { condition }] of Object.entries(one.depends_on ?? {})) {
        if (condition === 'service_healthy')
          assert.ok(service(needed).healthcheck, `${name} waits for ${needed}`)
      }
    }
  })

  test('the migration runs once, with the image and the database of the worker', () => {
    const migrate = service('otel-worker-migrate')
    assert.deepEqual(migrate.command, ['migrate'])
    assert.equal(migrate.restart, 'no')
    assert.equal(migrate.image, service('otel-worker').image)
    assert.equal(migrate.environment?.DATABASE_URL, service('otel-worker').environment?.DATABASE_URL)
  })

  test('without authentication, every port is published on the loopback address only', () => {
    assert.equal(service('otel-worker').environment?.HOLDFAST_ALLOW_UNAUTHENTICATED, 'true')
    const ports = Object.values(services).flatMap((one) => one.ports ?? [])
    assert.ok(ports.length > 0)
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/)
  })

  test('everything it names exists', () => {
    for (const [name, one] of Object.entries(services)) {
      if (one.build !== undefined) assert.ok(existsSync(join(root, one.build, 'Dockerfile')), name)
      for (const volume of one.volumes ?? []) {
        const [source = ''] = volume.split(':')
        if (source.startsWith('.')) assert.ok(existsSync(join(root, source)), `${name} mounts ${source}`)
        else assert.ok(source in compose.volumes, `${name} mounts the volume ${source}`)
      }
    }
  })

  test('the Collector runs with the configuration that the pipeline test runs with', () => {
    const collector = service('otel-collector')
    const [source, target] = (collector.volumes?.[0] ?? '').split(':')
    assert.equal(resolve(root, source ?? ''), collectorConfig)
    assert.deepEqual(collector.command, [`--config=${target}`])
  })

  test('the Collector is given every address its configuration asks for, and listens where its ports are published', () => {
    const collector = service('otel-collector')
    const config = readFileSync(collectorConfig, 'utf8')
    const required = [...config.matchAll(/\$\{env:(\w+)\}/g)].map((match) => match[1])
    assert.deepEqual(required, ['OTEL_WORKER_ENDPOINT'])
    assert.equal(collector.environment?.OTEL_WORKER_ENDPOINT, 'otel-worker:4317')
    assert.equal(collector.environment?.COLLECTOR_HOST, '0.0.0.0')
  })
})

describe('Dockerfile', () => {
  const lines = readFileSync(join(root, 'Dockerfile'), 'utf8').split('\n')
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')

  test('copies only what exists and what .dockerignore lets through', () => {
    const sources = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1))
    assert.ok(sources.length > 3)
    for (const source of sources) {
      assert.ok(existsSync(join(root, source)), source)
      assert.ok(
        ignored.some(
          (line) => line === `!${source}` || line === `!${source.replace(/[^/]+\/package/, '*/package')}`,
        ),
        `.dockerignore lets ${source} through`,
      )
    }
  })

  test('copies what the build of the package imports', () => {
    const build = readFileSync(join(root, 'scripts', 'build-package.ts'), 'utf8')
    for (const [, file] of build.matchAll(/from '\.\/(.+)'/g)) {
      assert.ok(
        lines.some((line) => line.startsWith('COPY ') && line.includes(` scripts/${file} `)),
        file,
      )
    }
  })

  test('names every workspace, so that npm ci finds what the lock file says', () => {
    const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      workspaces: string[]
    }
    const text = lines.join('\n')
    for (const workspace of ['packages/server', ...workspaces.filter((one) => !one.includes('*'))]) {
      assert.ok(text.includes(`COPY ${workspace}/package.json`), workspace)
    }
  })

  test('runs as an ordinary user, under an init', () => {
    const last = lines.lastIndexOf(lines.findLast((line) => line.startsWith('FROM ')) ?? '')
    const stage = lines.slice(last)
    assert.ok(stage.includes('USER node'))
    assert.match(stage.find((line) => line.startsWith('ENTRYPOINT ')) ?? '', /^ENTRYPOINT \["tini", /)
  })
})
