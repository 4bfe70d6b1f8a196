import { fileURLToPath } from 'node:url'

/** The words that belong to no schema: "top", "not", "more than", "please". Beside `src` as beside `dist`. */
export const basePatternsFile = fileURLToPath(new URL('../../patterns/base-patterns.jsonl', import.meta.url))
