import type { Canonicalizer } from '@holdfast/canonicalizer'
import type { TelemetryService } from '@holdfast/telemetry'
import type { Model } from './open-model.ts'
import type { ShopTools } from './open-shop-tools.ts'

/** What the stages work with; opened once, in main.ts. */
export interface AgentParts {
  readonly telemetry: TelemetryService
  readonly canonicalizer: Canonicalizer
  readonly tools: ShopTools
  readonly model: Model
}
