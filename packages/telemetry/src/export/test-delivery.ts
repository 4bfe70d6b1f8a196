// Deliveries for the tests of this folder, whose spans are names and nothing else.
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { openDelivery, type Delivery, type DeliveryTarget } from './delivery.ts'
import type { DeliveryOptions, DeliveryPace } from './delivery-options.ts'
import { atEnd } from './test-stage.ts'

const pace: DeliveryPace = {
  backoff: { firstMs: 5, maxMs: 20 },
  pollMs: 20,
  memoryOnlyMs: 10_000,
  flushGraceMs: 10_000,
  drainMs: 10_000,
}

type Changes = Partial<DeliveryOptions> & { readonly pace?: Partial<DeliveryPace> }

export function open(
  t: TestContext,
  target: DeliveryTarget,
  spoolDir?: string,
  changes: Changes = {},
): Delivery {
  const serialize = (spans: readonly ReadableSpan[]): Uint8Array =>
    Buffer.from(JSON.stringify(spans.map(({ name }) => name)))
  const options = { name: 'test', target, serialize, spoolDir, ...changes }
  const delivery = openDelivery(options, { ...pace, ...changes.pace })
  atEnd(t, () => delivery.shutdown())
  return delivery
}

export function take(delivery: Delivery, ...names: readonly string[]): void {
  let isDone = false
  delivery.export(names.map((name) => ({ name })) as ReadableSpan[], ({ code }) => (isDone = code === 0))
  assert.equal(isDone, true)
}

export function namesIn(requests: readonly { readonly body: Buffer }[]): string[] {
  return requests.flatMap(({ body }) => JSON.parse(body.toString()) as string[])
}

export async function spooled(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => /\.(pb|json)$/.test(name)).sort()
}

export function assertBalance({ counts }: Delivery): void {
  const { taken, delivered, rejected, dropped, spooled, queuedSpans } = counts
  assert.equal(taken, delivered + rejected + dropped + spooled + queuedSpans, JSON.stringify(counts))
}
