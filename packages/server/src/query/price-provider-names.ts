/**
 * What instrumentations call a provider, and what the price list calls it. Data: a name that is missing here, and is not
 * one of the price list's own, has no price. The list itself would guess (it takes anything with `openai` in it for
 * OpenAI, also what only speaks its protocol), and a guess about money is worse than none.
 *
 * Names are compared in lower case, and without the interface that the Vercel AI SDK puts behind the provider
 * (`openai.responses`).
 */
const names: Readonly<Record<string, string>> = {
  // gen_ai.provider.name of the semantic conventions
  'aws.bedrock': 'aws',
  'azure.ai.inference': 'azure',
  'azure.ai.openai': 'azure',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex_ai': 'google',
  mistral_ai: 'mistral',
  moonshot_ai: 'moonshotai',
  x_ai: 'x-ai',
  // gen_ai.system before they were renamed
  'az.ai.inference': 'azure',
  'az.ai.openai': 'azure',
  vertex_ai: 'google',
  gemini: 'google',
  xai: 'x-ai',
  // OpenInference, OpenLLMetry, LangChain
  'vertex ai': 'google',
  vertexai: 'google',
  google_vertexai: 'google',
  google_genai: 'google',
  google_anthropic_vertex: 'google',
  mistralai: 'mistral',
  amazon_bedrock: 'aws',
  bedrock: 'aws',
  bedrock_converse: 'aws',
  azure_openai: 'azure',
  azure_ai: 'azure',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  moonshot: 'moonshotai',
  // Vercel AI SDK
  'amazon-bedrock': 'aws',
  'azure-openai': 'azure',
  'google.generative-ai': 'google',
  'google.vertex': 'google',
  togetherai: 'together',
  'fireworks-ai': 'fireworks',
}

export const priceListProviders: ReadonlyMap<string, string> = new Map(Object.entries(names))

/** They pass calls on, or only make them: who charges for one stands before the slash in the model's name, or nowhere. */
export const namesOfNoProvider: ReadonlySet<string> = new Set([
  '',
  '_other',
  'unknown',
  'gateway',
  'litellm',
  'langchain',
  'langgraph',
])
