// Who the spans come from. What the SDK's detectors find without asking another program: its host detector starts
// one for the machine's id, and until it answers no batch could leave, not even at the end of the process.
import { arch, hostname } from 'node:os'
import {
  defaultResource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  type Resource,
} from '@opentelemetry/resources'
import type { Settings } from '../settings/settings.ts'

/** The resource of our own provider; a joined provider keeps its own. Attributes that were told win. */
export function makeResource(settings: Settings): Resource {
  return defaultResource()
    .merge(resourceFromAttributes(serviceInstanceIdDetector.detect().attributes ?? {}))
    .merge(
      resourceFromAttributes({
        'host.name': hostname(),
        'host.arch': nameOfArchitecture(),
        'process.pid': process.pid,
        'process.executable.name': process.title,
        'process.runtime.name': 'nodejs',
        'process.runtime.version': process.versions.node,
        'telemetry.distro.name': 'holdfast',
      }),
    )
    .merge(resourceFromAttributes(settings.resourceAttributes))
    .merge(
      resourceFromAttributes(
        settings.serviceName === undefined ? {} : { 'service.name': settings.serviceName },
      ),
    )
}

// The conventions' words (resource/host.md).
function nameOfArchitecture(): string {
  const name = arch()
  return { x64: 'amd64', arm: 'arm32', ppc: 'ppc32', ia32: 'x86' }[name as string] ?? name
}
