/**
 * The price of one model call, by the list of @pydantic/genai-prices. Asked on reading only: what is stored are tokens,
 * so a newer list prices older traces too.
 *
 * Guarantees a figure only where the whole of it is known: a model that the list has, from the provider that was named,
 * at the call's start, with its input tokens and, where the list charges for them, its output tokens. Everything else is
 * unknown (undefined), never 0. Never throws, whatever spans hold.
 */
import { readFileSync } from 'node:fs'
import {
  calcPrice,
  findProvider,
  type PriceCalculation,
  type Provider,
  type Usage,
} from '@pydantic/genai-prices'
import { namesOfNoProvider, priceListProviders } from './price-provider-names.ts'
import { NameMemory } from './name-memory.ts'

/** Which price it is: of which model, from whom, when. */
export interface PricedBy {
  readonly startUnixNano: bigint
  readonly provider: string | undefined
  readonly requestModel: string | undefined
  readonly responseModel: string | undefined
}

/** What a price goes by. Token counts as the semantic conventions have them: input includes what was cached. */
export interface CallToPrice extends PricedBy {
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly cacheReadTokens: number | undefined
  readonly cacheWriteTokens: number | undefined
}

/** Which list, and which version of it, a figure is by. */
export const priceList = `genai-prices ${readListVersion()}`

/** @returns US dollars; undefined when it is not known */
export function priceCall(call: CallToPrice): number | undefined {
  const usage = usageOf(call)
  return usage === undefined ? undefined : priceUsage(call, usage)
}

/**
 * @param usage as the price list counts, where cached tokens are always within the input; need not be whole numbers
 * @returns US dollars; undefined when it is not known
 */
export function priceUsage(call: PricedBy, usage: Usage): number | undefined {
  const timestamp = new Date(Number(call.startUnixNano / 1_000_000n))
  // The response names the model that ran; the request may name an alias or a deployment.
  for (const model of [call.responseModel, call.requestModel]) {
    if (model === undefined) continue
    const price = findPrice(call.provider, model, usage, timestamp)
    if (price !== undefined) return wholePrice(price, usage)
  }
  return undefined
}

// Longer names are nobody's models; they would only cost time.
const maxNameLength = 200

// Whether the list knows a name does not depend on the day: a name that it does not know is looked for once.
const unknownModels = new NameMemory<true>(10_000)
const providers = new NameMemory<Provider | null>(1000)

function findPrice(
  providerName: string | undefined,
  modelName: string,
  usage: Usage,
  timestamp: Date,
): PriceCalculation | undefined {
  const name = (providerName ?? '').trim().toLowerCase()
  const key = `${name}\n${modelName}`
  if (name.length > maxNameLength || modelName.length > maxNameLength || unknownModels.get(key))
    return undefined
  for (const [provider, model] of readings(name, modelName.trim())) {
    const price = calculate(provider, model, usage, timestamp)
    if (price !== undefined) return price
  }
  unknownModels.set(key, true)
  return undefined
}

/** The ways to read a provider and a model's name, the likeliest first: as they are, then with `openai/` taken apart. */
function* readings(providerName: string, modelName: string): Generator<[Provider | undefined, string]> {
  const isNobody = namesOfNoProvider.has(providerName)
  const provider = isNobody ? undefined : findListProvider(providerName)
  if (!isNobody && provider === undefined) return // somebody whose prices are not in the list
  yield [provider, modelName]
  const bare = modelName.replace(/^(publishers\/[^/]+\/)?models\//, '') // as Google's API writes them
  if (bare !== modelName) yield [provider, bare]
  const slash = bare.indexOf('/')
  if (slash <= 0) return
  const named = findListProvider(bare.slice(0, slash).toLowerCase())
  if (named === undefined || (provider !== undefined && provider.id !== named.id)) return
  yield [named, bare.slice(slash + 1)]
}

/** The AI SDK names an interface of the provider's behind it. Whatever else follows a dot is another's (a proxy). */
const interfaceOfAiSdk =
  /\.(chat|responses|completions?|embeddings?|messages|language-model|generative-ai|image|speech|transcription)$/

function findListProvider(name: string): Provider | undefined {
  const known = providers.get(name)
  if (known !== undefined) return known ?? undefined
  const candidates = [name, name.replace(interfaceOfAiSdk, '')]
  const id = candidates
    .map((each) => priceListProviders.get(each) ?? each)
    .find((each) => listProvider(each) !== undefined)
  const provider = id === undefined ? undefined : listProvider(id)
  providers.set(name, provider ?? null)
  return provider
}

/** By exactly this id; the list alone would take names that only resemble one. */
function listProvider(id: string): Provider | undefined {
  const found = findProvider({ providerId: id })
  return found?.id === id ? found : undefined
}

function calculate(
  provider: Provider | undefined,
  model: string,
  usage: Usage,
  timestamp: Date,
): PriceCalculation | undefined {
  const price = calcPrice(usage, model, { timestamp, ...(provider !== undefined && { provider }) })
  return price !== null && Number.isFinite(price.total_price) ? price : undefined
}

/**
 * Only where the list says what the call's tokens cost. It has models without a price for tokens (they are charged by the
 * hour of audio or the page, or nobody entered it), and adds nothing up to 0; and models whose output is audio as well as
 * text, at prices of their own, where spans do not tell how many tokens were which.
 */
function wholePrice(price: PriceCalculation, { output_tokens: outputTokens }: Usage): number | undefined {
  const { input_mtok: input, output_mtok: output, output_audio_mtok: outputOfAudio } = price.model_price
  if (input === undefined || outputOfAudio !== undefined) return undefined
  if (output === undefined && (outputTokens ?? 0) > 0) return undefined
  if (output !== undefined && outputTokens === undefined) return undefined
  return price.total_price === 0 && input === 0 ? undefined : price.total_price
}

/** @returns undefined when the input was not told, or a count is none */
function usageOf(call: CallToPrice): Usage | undefined {
  const { inputTokens, outputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = call
  if (inputTokens === undefined) return undefined
  const counts = [inputTokens, outputTokens ?? 0, cacheReadTokens, cacheWriteTokens]
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return undefined
  const cached = cacheReadTokens + cacheWriteTokens
  return {
    // Some count cached tokens beside the input, as Anthropic's API does, and not within it, as the conventions say.
    // Where more is cached than the input has, it can only be that.
    input_tokens: cached > inputTokens ? inputTokens + cached : inputTokens,
    cache_read_tokens: cacheReadTokens,
    cache_write_tokens: cacheWriteTokens,
    ...(outputTokens !== undefined && { output_tokens: outputTokens }),
  }
}

function readListVersion(): string {
  const manifest = new URL('../package.json', import.meta.resolve('@pydantic/genai-prices'))
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
