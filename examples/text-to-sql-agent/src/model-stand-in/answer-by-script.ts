// What the stand-in says: it finds the question in the prompt, and tells from the rest what is wanted. Rows in it: a sentence of
// them. None: SQL, as many times before as there are answers of its own among the messages.
import type { Script } from './read-script.ts'

interface Message {
  readonly role: string
  readonly content: string
}

type Row = readonly (string | number | boolean | null)[]
type Rows = { readonly columns: readonly string[]; readonly rows: readonly Row[] }

const noAnswer =
  'CANNOT: this is no model but a stand-in that answers by a script, and this question is not in it. Set OPENAI_API_KEY, or OPENAI_BASE_URL, to ask a model.'

export function answerByScript(script: Script, messages: readonly Message[]): string {
  const prompt = messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content)
    .join('\n')
  const question = readTag(prompt, 'question')
  const entry = script.find(({ questions }) => questions.some((one) => one === question))
  if (entry === undefined) return noAnswer
  const rows = readTag(prompt, 'rows')
  if (rows !== undefined) return writeSentence(entry, rows as Rows, question as string)
  const before = messages.filter(({ role }) => role === 'assistant').length
  return `\`\`\`sql\n${entry.sql[Math.min(before, entry.sql.length - 1)]}\n\`\`\``
}

/** The agent puts what it inserts between tags, as JSON. */
function readTag(prompt: string, tag: string): unknown {
  const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(prompt)?.[1]
  return found === undefined ? undefined : JSON.parse(found)
}

function writeSentence({ answer, row }: Script[number], { columns, rows }: Rows, question: string): string {
  if (rows.length === 0) return `Nothing was found. Asked for: ${question}`
  const fill = (template: string, values: Row = []): string =>
    template.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (name === 'rows') return rows.map((each) => fill(row, each)).join(', ')
      return String(values[columns.indexOf(name)] ?? `no ${name}`)
    })
  return fill(answer, rows[0])
}
