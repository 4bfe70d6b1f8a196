import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { HandoverReader, HandoverWriter, makeHandoverMemory, type Region } from './handover.ts'

function open(totalBytes: number) {
  const memory = makeHandoverMemory(totalBytes)
  return {
    writer: new HandoverWriter(memory),
    readers: [1, 2].map((number) => new HandoverReader(memory, number)),
  }
}

/** Reserves, fills and publishes; fails the test when there is no room. */
async function hand(writer: HandoverWriter, length: number, fill = 1): Promise<Region> {
  const region = await writer.reserve(length, 0)
  assert.ok(region !== undefined, 'there was no room')
  region.bytes.fill(fill)
  writer.publish(region)
  return region
}

/** Waiting in shared memory does not keep a process alive; a server has its sockets. */
async function staysAlive<T>(work: Promise<T>): Promise<T> {
  const alive = setInterval(() => undefined, 60_000)
  try {
    return await work
  } finally {
    clearInterval(alive)
  }
}

describe('the handover', () => {
  test('gives a published body to the first who asks for its key, and to nobody else', async () => {
    const { writer, readers } = open(1000)
    const region = await hand(writer, 100, 7)
    const other = await hand(writer, 50, 8)
    const taken = readers[0]!.take(region.key)
    assert.deepEqual(taken?.bytes, Buffer.alloc(100, 7))
    assert.equal(readers[1]!.take(region.key), undefined)
    assert.deepEqual(readers[1]!.take(other.key)?.bytes, Buffer.alloc(50, 8))
    readers[0]!.release(taken)
    assert.equal(readers[0]!.take(region.key), undefined)
    assert.equal(readers[0]!.take(12_345n), undefined)
  })

  test('does not give what is not complete, and not what was discarded', async () => {
    const { writer, readers } = open(1000)
    const writing = await writer.reserve(100, 0)
    assert.equal(readers[0]!.take(writing!.key), undefined)
    writer.discard(writing!)
    const discarded = await hand(writer, 100)
    writer.discard(discarded)
    assert.equal(readers[0]!.take(discarded.key), undefined)
  })

  test('leaves to its reader what is discarded while it is read: then it was committed after all', async () => {
    const { writer, readers } = open(400)
    const region = await hand(writer, 100, 3)
    const taken = readers[0]!.take(region.key)!
    writer.discard(region)
    for (let i = 0; i < 10; i++) await writer.reserve(100, 0)
    assert.deepEqual(taken.bytes, Buffer.alloc(100, 3))
  })

  test('refuses a body that would push out all others, without waiting', async () => {
    const { writer } = open(400)
    assert.equal(await writer.reserve(101, 3_600_000), undefined)
  })

  test('waits for room, and has it when a reader releases some', async () => {
    const { writer, readers } = open(400)
    const regions: Region[] = []
    for (let i = 0; i < 4; i++) regions.push(await hand(writer, 100))
    const taken = readers[0]!.take(regions[0]!.key)!
    const reserved = staysAlive(writer.reserve(100, 3_600_000))
    readers[0]!.release(taken)
    assert.notEqual(await reserved, undefined)
  })

  test('drops what nobody took while it waited, and never what is being read', async () => {
    const { writer, readers } = open(400)
    const regions: Region[] = []
    for (let i = 0; i < 4; i++) regions.push(await hand(writer, 100, i))
    const taken = readers[0]!.take(regions[1]!.key)!
    assert.notEqual(await staysAlive(writer.reserve(100, 1)), undefined)
    assert.equal(readers[0]!.take(regions[0]!.key), undefined)
    assert.equal(await staysAlive(writer.reserve(100, 1)), undefined)
    assert.deepEqual(taken.bytes, Buffer.alloc(100, 1))
  })

  test('has room for ever more small bodies of which nobody takes one', async () => {
    const { writer } = open(1024 * 1024)
    for (let i = 0; i < 1500; i++) {
      const region = await staysAlive(writer.reserve(10, 1))
      assert.ok(region !== undefined, `the reserve ${i} found no room`)
      writer.publish(region)
    }
  })

  test('frees what a reader held that is gone', async () => {
    const { writer, readers } = open(400)
    const regions: Region[] = []
    for (let i = 0; i < 4; i++) regions.push(await hand(writer, 100))
    for (const region of regions) readers[0]!.take(region.key)
    assert.equal(await staysAlive(writer.reserve(100, 1)), undefined)
    writer.forgetReader(2)
    assert.equal(await staysAlive(writer.reserve(100, 1)), undefined)
    writer.forgetReader(1)
    assert.notEqual(await writer.reserve(100, 0), undefined)
  })

  test('never overwrites what is being read, whatever comes and goes', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('hand' as const), length: fc.nat(120) }),
      fc.record({ do: fc.constant('take' as const), which: fc.nat(), reader: fc.nat(1) }),
      fc.record({ do: fc.constant('release' as const), which: fc.nat() }),
      fc.record({ do: fc.constant('discard' as const), which: fc.nat() }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const { writer, readers } = open(480)
        const handed: { region: Region; fill: number }[] = []
        const held: { region: Region; fill: number; reader: HandoverReader }[] = []
        for (const [index, one] of steps.entries()) {
          if (one.do === 'hand') {
            const region = await writer.reserve(one.length, 0)
            if (region === undefined) continue
            region.bytes.fill(index)
            writer.publish(region)
            handed.push({ region, fill: index })
          } else if (one.do === 'take' && handed.length > 0) {
            const { region, fill } = handed[one.which % handed.length]!
            const reader = readers[one.reader]!
            const taken = reader.take(region.key)
            if (taken !== undefined) held.push({ region: taken, fill, reader })
          } else if (one.do === 'release' && held.length > 0) {
            const [{ region, reader }] = held.splice(one.which % held.length, 1) as [(typeof held)[number]]
            reader.release(region)
          } else if (one.do === 'discard' && handed.length > 0) {
            const [{ region }] = handed.splice(one.which % handed.length, 1) as [(typeof handed)[number]]
            writer.discard(region)
          }
          for (const { region, fill } of held) {
            assert.ok(region.bytes.equals(Buffer.alloc(region.bytes.length, fill)))
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
