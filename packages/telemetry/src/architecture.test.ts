// Who imports whom in this package; and that everything people can call says what it does.
import { fileURLToPath } from 'node:url'
import { describeHouse } from '../../../scripts/describe-house.ts'
import type { House } from '../../../scripts/house-rules.ts'

const house: House = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  mayImport: {
    export: [],
    settings: ['export'],
    provider: ['settings', 'export'],
    service: ['settings', 'export'],
    backends: ['settings', 'export', 'provider', 'service', 'backends/mlflow'],
    'backends/mlflow': ['settings', 'export'],
    // Bounded text of any value, the choice among several contexts, and what content may be recorded are the same everywhere.
    mcp: [
      'service/serialise-value.ts',
      'service/pick-traceparent.ts',
      'service/published-policy.ts',
      'settings/content-settings.ts',
      'settings/environment.ts',
    ],
  },
  innerRooms: ['backends/mlflow'],
  everywhere: ['report.ts', 'conventions.ts', 'version.ts'],
  composers: ['index.ts', 'create-telemetry.ts'],
  // No SDK: whoever has one of his own loads nothing of ours. Neither MCP SDK: both generations are known by their shapes.
  mayUsePackages: { mcp: ['@opentelemetry/api'] },
}

describeHouse(house, ['index.ts', 'mcp/index.ts'])
