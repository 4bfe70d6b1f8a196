import type { Exporter, ExporterOptions } from './exporter.ts'
import { makeGrpcHead, openGrpcExporters } from './grpc-exporter.ts'
import { HttpExporter, makeHttpHead } from './http-exporter.ts'

export type Protocol = 'http' | 'grpc'

export interface Exporters {
  readonly lanes: readonly Exporter[]
  /** What the protocol wants in front of a payload of that length. */
  prefixOf(bodyBytes: number): Uint8Array
  close(): void
}

export function openExporters(protocol: Protocol, options: ExporterOptions): Exporters {
  const lanes =
    protocol === 'grpc'
      ? openGrpcExporters(options)
      : Array.from({ length: options.lanes }, () => new HttpExporter(options))
  return {
    lanes,
    prefixOf: (bodyBytes) =>
      protocol === 'grpc' ? makeGrpcHead(bodyBytes) : makeHttpHead(options, bodyBytes),
    close: () => lanes.forEach((lane) => lane.close()),
  }
}
