import type { Random } from './random.ts'
import type { Instance } from './span-draft.ts'

const services = [
  { name: 'edge-gateway', language: 'nodejs', version: '24.21.0', replicas: 3 },
  { name: 'analyst-agent', language: 'nodejs', version: '24.21.0', replicas: 4 },
  { name: 'warehouse-mcp-server', language: 'python', version: '3.13.2', replicas: 3 },
  { name: 'orders-service', language: 'java', version: '21.0.6', replicas: 4 },
  { name: 'billing-worker', language: 'go', version: '1.26.0', replicas: 2 },
] as const

export type ServiceName = (typeof services)[number]['name']

/** The processes of a small installation, each with the resource its SDK would send. */
export function makeInstances(random: Random): ReadonlyMap<ServiceName, readonly Instance[]> {
  return new Map(
    services.map((service) => [
      service.name,
      Array.from({ length: service.replicas }, (): Instance => {
        const pod = `${service.name}-${random.hex(9)}-${random.hex(5)}`
        return {
          serviceName: service.name,
          attributes: [
            ['service.name', service.name],
            ['service.namespace', 'analytics'],
            ['service.version', `2.${random.between(0, 9)}.${random.between(0, 30)}`],
            ['service.instance.id', random.uuid()],
            ['deployment.environment.name', 'production'],
            ['telemetry.sdk.name', 'opentelemetry'],
            ['telemetry.sdk.language', service.language],
            ['telemetry.sdk.version', '2.12.0'],
            ['process.pid', random.between(1, 60_000)],
            ['process.runtime.version', service.version],
            ['host.name', pod],
            ['k8s.pod.name', pod],
          ],
        }
      }),
    ]),
  )
}
