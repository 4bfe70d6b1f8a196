import { readFileSync } from 'node:fs'

export interface DemoQuestion {
  readonly question: string
  /** Questions with the same one are of one conversation. */
  readonly conversation: string
  readonly expect: {
    readonly outcome: 'answered' | 'corrected' | 'failed'
    /** Questions with the same fingerprint mean the same. */
    readonly fingerprint: string
    /** Of the data as it is; absent where the question fails. */
    readonly rowCount?: number
    readonly firstRow?: readonly (string | number | boolean | null)[]
    readonly failureKind?: string
  }
}

/** The twenty questions of the demo, with what is to come out. */
export function readDemoQuestions(): readonly DemoQuestion[] {
  const file = new URL('../../questions.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as DemoQuestion[]
}
