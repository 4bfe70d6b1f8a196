import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Operation } from '../trace-store.ts'
import { makeSpan, newName, resourceOf } from './example-spans.ts'
import { writeSpans, type StoreHarness } from './harness.ts'

export function describeOperations(harness: () => StoreHarness): void {
  describe('services and operations', () => {
    const prefix = newName('listed')
    // In the order of their bytes: upper case first, what is not ASCII last, astral characters behind all others.
    const services = ['A', 'a', 'a b', 'b', 'ä', '\uffee', '\u{1f600}'].map((name) => `${prefix} ${name}`)
    const operations = services.flatMap((service): Operation[] => [
      { service, name: '', kind: 1 },
      { service, name: 'Z', kind: 2 },
      { service, name: 'a', kind: 0 },
      { service, name: 'a', kind: 3 },
    ])

    before(async () => {
      const spans = operations.map(({ service, name, kind }) =>
        makeSpan({ name, kind, resource: resourceOf(service) }),
      )
      await writeSpans(harness(), spans.toReversed())
      await writeSpans(harness(), spans)
    })

    test('services are listed in byte order, page by page', async () => {
      const listed: string[] = []
      let after: string | undefined = prefix
      while (listed.length < services.length) {
        const page: readonly string[] = await harness().store.listServices({ limit: 3, after })
        assert.ok(page.length > 0)
        listed.push(...page)
        after = page.at(-1)
      }
      assert.deepEqual(listed.slice(0, services.length), services)
    })

    test('the first page of services begins with the least', async () => {
      const [first] = await harness().store.listServices({ limit: 1 })
      const all = await harness().store.listServices({ limit: 10_000 })
      assert.equal(first, all[0])
      assert.equal(new Set(all).size, all.length)
    })

    test('operations of a service are listed by name and kind, page by page', async () => {
      const service = services[3]!
      const expected = operations.filter((operation) => operation.service === service)
      const first = await harness().store.listOperations({ service, limit: 3 })
      const second = await harness().store.listOperations({ service, limit: 3, after: first.at(-1) })
      assert.deepEqual([...first, ...second], expected)
    })

    test('operations of all services are listed by service', async () => {
      const after = { service: prefix, name: '', kind: 0 }
      const page = await harness().store.listOperations({ limit: operations.length, after })
      assert.deepEqual(page, operations)
    })

    test('an unknown service has no operations', async () => {
      assert.deepEqual(await harness().store.listOperations({ service: newName('nobody'), limit: 5 }), [])
    })
  })
}
