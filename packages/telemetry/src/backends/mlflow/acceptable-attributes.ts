// MLflow takes a request as a whole or not at all: one attribute that it cannot store costs all spans that travel with
// it. What was found to do that (MLflow 3.17, each one answered with 400 or 422) is changed on MLflow's copy.

/** MLflow's bound on session ids (a longer one is an error there), and what all its databases hold. Code points, as Python counts. */
const maxIdCharacters = 250

/** Of the column; SQLite does not mind, other databases do. */
const maxTypeCharacters = 500

type Fix = (value: unknown) => unknown

const fixes: Readonly<Record<string, Fix>> = {
  'session.id': keepId,
  'gen_ai.conversation.id': keepId,
  'user.id': keepId,
  // Looked up in a table: what is not a plain word breaks the look-up.
  'openinference.span.kind': keepWord,
  'gen_ai.operation.name': keepWord,
  'traceloop.span.kind': keepWord,
  'ai.operationId': keepWord,
  'gen_ai.span.kind': keepWord,
  'mlflow.spanType': keepWord,
  'mlflow.traceTag.mlflow.traceName': keepId,
  // Added up.
  'mlflow.chat.tokenUsage': keepNumbers,
  'mlflow.llm.cost': keepNumbers,
  'ai.prompt.tools': keepTexts,
}

/** The value as MLflow takes it; undefined: it is left out. */
export function makeAcceptable(key: string, value: unknown): unknown {
  const fix = Object.hasOwn(fixes, key) ? fixes[key] : undefined
  return fix === undefined ? value : fix(value)
}

function keepId(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  // NUL is nothing that PostgreSQL stores.
  const characters = [...value.replaceAll('\0', '')]
  return characters.length <= maxIdCharacters
    ? characters.join('')
    : `${characters.slice(0, maxIdCharacters - 1).join('')}…`
}

function keepWord(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > maxTypeCharacters) return undefined
  // A text that is JSON is read as JSON.
  return /^\s*[[{]/.test(value) ? undefined : value
}

function keepNumbers(value: unknown): unknown {
  if (typeof value !== 'string') return undefined
  const parsed = parseObject(value)
  return parsed !== undefined && Object.values(parsed).every(Number.isFinite) ? value : undefined
}

function keepTexts(value: unknown): unknown {
  const isText = (item: unknown): item is string => typeof item === 'string'
  return isText(value) || (Array.isArray(value) && value.every(isText)) ? value : undefined
}

function parseObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
