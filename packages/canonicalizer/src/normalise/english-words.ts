// Words that are words, so that none of them is taken for a slip of the finger in another: "officers" for "offices",
// "skipped" for "shipped". The list is that of wink's English model, 87 000 with their inflected forms; of the model
// nothing else is loaded here.
import { createRequire } from 'node:module'

/** The package's version is pinned: this is a file within it. */
const modelFile = 'wink-eng-lite-web-model/dist/languages/cur/models/eng-core-web-model.json'

let words: ReadonlySet<string> | undefined

/** Reads the list at the first call, which takes some 50 ms. */
export function isEnglishWord(word: string): boolean {
  words ??= new Set(readModel().features.lexeme.list)
  return words.has(word)
}

function readModel(): { readonly features: { readonly lexeme: { readonly list: readonly string[] } } } {
  return createRequire(import.meta.url)(modelFile) as ReturnType<typeof readModel>
}
