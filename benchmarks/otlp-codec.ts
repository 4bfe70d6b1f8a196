/**
 * How many thousand spans a second each part of the codec manages on one thread: `node benchmarks/otlp-codec.ts`.
 * The load program's own payloads of 512 spans, about 15 attributes a span. Prints the median of several rounds; the
 * figures in packages/server/src/otlp/ and in ADR 0004 come from here.
 */
import { decodeSpan } from '../packages/server/src/otlp/decode-span.ts'
import { inspectTraces } from '../packages/server/src/otlp/inspect.ts'
import { tracesToJson } from '../packages/server/src/otlp/json-output.ts'
import { KeyValueReader } from '../packages/server/src/otlp/key-value.ts'
import { extractSpans } from '../packages/server/src/otlp/raw-trace.ts'
import { SpanWalker } from '../packages/server/src/otlp/span-walker.ts'
import { transcodeTracesJson } from '../packages/server/src/otlp/transcode-json.ts'
import { makePayloadPool } from './workload/payload-pool.ts'
import { PayloadSource } from './workload/payload-source.ts'

const spansPerPayload = 512
const payloadCount = 16
const rounds = 9

const source = new PayloadSource(makePayloadPool(spansPerPayload, undefined, spansPerPayload * payloadCount))
// Buffers, as sockets, the database and the decompressor hand them out.
const payloads = Array.from({ length: payloadCount }, () => Buffer.from(source.take().bytes))
const jsonPayloads = payloads.map((bytes) => Buffer.from(tracesToJson(bytes)))

const walker = new SpanWalker()
const keyValue = new KeyValueReader()

/** Something of each result goes in here, so that none of the work can be optimised away. */
let checksum = 0

const measured: [string, (bytes: Uint8Array) => void, readonly Uint8Array[]][] = [
  ['inspectTraces', inspect, payloads],
  ['SpanWalker', walk, payloads],
  ['SpanWalker + KeyValueReader', walkAttributes, payloads],
  ['SpanWalker + decodeSpan', decode, payloads],
  ['extractSpans, every 50th span', extract, payloads],
  ['tracesToJson', print, payloads],
  ['transcodeTracesJson', transcode, jsonPayloads],
  ['JSON.parse alone, for comparison', parse, jsonPayloads],
  ['JSON.parse with source text, for comparison', parseWithSource, jsonPayloads],
]

console.log(`${meanBytes(payloads)} B a span in protobuf, ${meanBytes(jsonPayloads)} B in JSON`)
for (const [name, work, inputs] of measured)
  console.log(`${name.padEnd(46)} ${median(work, inputs)} k spans/s`)
console.log(`(checksum ${checksum})`)

function median(work: (bytes: Uint8Array) => void, inputs: readonly Uint8Array[]): number {
  const rates: number[] = []
  for (let round = 0; round < rounds; round++) {
    const begunMs = threadCpuMs()
    let passes = 0
    while (threadCpuMs() - begunMs < 200) {
      for (const bytes of inputs) work(bytes)
      passes++
    }
    rates.push((passes * payloadCount * spansPerPayload) / (threadCpuMs() - begunMs))
  }
  return Math.round(rates.sort((a, b) => a - b)[rounds >> 1]!)
}

/** Not the clock: the figures are to hold on a machine that does other things too. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function meanBytes(inputs: readonly Uint8Array[]): number {
  return Math.round(inputs.reduce((sum, bytes) => sum + bytes.length, 0) / (payloadCount * spansPerPayload))
}

function inspect(bytes: Uint8Array): void {
  const inspection = inspectTraces(bytes)
  if (!inspection.ok || inspection.rejectedSpans > 0) throw new Error(inspection.message)
  checksum += inspection.traceHashes.length
}

function walk(bytes: Uint8Array): void {
  walker.reset(bytes)
  while (walker.next()) checksum += walker.startLow & 1
}

function walkAttributes(bytes: Uint8Array): void {
  walker.reset(bytes)
  while (walker.next()) {
    for (let index = 0; index < walker.attributeCount; index++) {
      keyValue.read(bytes, walker.attributeRanges[2 * index]!, walker.attributeRanges[2 * index + 1]!)
      checksum += keyValue.valueType
    }
  }
}

function decode(bytes: Uint8Array): void {
  walker.reset(bytes)
  while (walker.next()) checksum += decodeSpan(walker).attributes.length
}

function extract(bytes: Uint8Array): void {
  checksum += extractSpans(bytes, (index) => index % 50 === 0).length
}

function print(bytes: Uint8Array): void {
  checksum += tracesToJson(bytes).length
}

function transcode(bytes: Uint8Array): void {
  const transcoded = transcodeTracesJson(bytes)
  if (!transcoded.ok) throw new Error(transcoded.message)
  checksum += transcoded.bytes.length
}

function parse(bytes: Uint8Array): void {
  checksum += Object.keys(JSON.parse(new TextDecoder().decode(bytes)) as object).length
}

function parseWithSource(bytes: Uint8Array): void {
  type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown
  const reviver: Reviver = (_key, value, context) => (typeof value === 'number' ? context.source : value)
  const parsed = JSON.parse(
    new TextDecoder().decode(bytes),
    reviver as (key: string, value: unknown) => unknown,
  ) as object
  checksum += Object.keys(parsed).length
}
