import type { Translate } from './dialect.ts'

/** Provider names of the dialects, in lower case, and those of the GenAI conventions (gen_ai.provider.name). */
const known: ReadonlyMap<string, string> = new Map(
  Object.entries({
    // Old values of gen_ai.system
    'az.ai.inference': 'azure.ai.inference',
    'az.ai.openai': 'azure.ai.openai',
    'azure.ai.inference': 'azure.ai.inference',
    vertex_ai: 'gcp.vertex_ai',
    gemini: 'gcp.gemini',
    xai: 'x_ai',
    // OpenInference (llm.provider, llm.system)
    mistralai: 'mistral_ai',
    vertexai: 'gcp.vertex_ai',
    google: 'gcp.gemini',
    aws: 'aws.bedrock',
    amazon: 'aws.bedrock',
    azure: 'azure.ai.openai',
    moonshot: 'moonshot_ai',
    openai: 'openai',
    anthropic: 'anthropic',
    cohere: 'cohere',
    groq: 'groq',
    deepseek: 'deepseek',
    perplexity: 'perplexity',
    // OpenLLMetry (gen_ai.system, llm.vendor)
    bedrock: 'aws.bedrock',
    watsonx: 'ibm.watsonx.ai',
    // Vercel AI SDK: the provider, and behind a dot what is called of it
    'google.generative-ai': 'gcp.gemini',
    'google.vertex': 'gcp.vertex_ai',
    'google-vertex': 'gcp.vertex_ai',
    vertex: 'gcp.vertex_ai',
    'amazon-bedrock': 'aws.bedrock',
    'azure-openai': 'azure.ai.openai',
    mistral: 'mistral_ai',
    moonshotai: 'moonshot_ai',
  }),
)

/** `OpenAI`, `openai.chat`, `google.vertex.chat`: as the GenAI conventions name the provider; others stay as they are. */
export const providerName: Translate = (sent) => {
  let name = sent.toLowerCase()
  for (;;) {
    const found = known.get(name)
    if (found !== undefined) return found
    const dot = name.lastIndexOf('.')
    if (dot < 0) return sent
    name = name.slice(0, dot)
  }
}
