import { Type } from 'typebox'
import { count, nullable } from './schema-parts.ts'

const usd = (description: string) => Type.Union([Type.Number({ minimum: 0 }), Type.Null()], { description })

const priceListName = Type.String({
  description: 'The list of prices the figure is by, with its version, `genai-prices 0.1.8`',
})

export const cost = Type.Object(
  {
    usd: usd('US dollars, of the priced calls; null when no call could be priced, or there are too many'),
    priced_calls: count,
    unpriced_calls: Type.Integer({
      minimum: 0,
      description:
        'Model calls of unknown cost: an unknown model or provider, or no token counts. Not in `usd`',
    }),
    truncated: Type.Boolean({
      description:
        'There are more model calls than are priced (10 000 a trace, 25 000 a page of traces; of fingerprints 20 000 models), or they were not read in time. Then usd is null',
    }),
    price_list: priceListName,
  },
  {
    $id: 'Cost',
    description: 'What model calls cost, each once, by the prices of its start',
  },
)

export const modelUsage = Type.Object(
  {
    provider: nullable(Type.String()),
    model: Type.Union([Type.String(), Type.Null()], { description: 'Of the response, else of the request' }),
    calls: count,
    input_tokens: nullable(count),
    output_tokens: nullable(count),
    usd: usd('US dollars, of the calls that could be priced; null when none could'),
    unpriced_calls: count,
  },
  { $id: 'ModelUsage', description: 'What one model did in a trace' },
)

export const spanCost = Type.Object(
  { usd: Type.Number({ minimum: 0 }), price_list: priceListName },
  { $id: 'SpanCost', description: 'What one model call cost' },
)
