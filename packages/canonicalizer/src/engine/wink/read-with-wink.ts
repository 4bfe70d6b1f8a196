// The words of a text by wink-nlp and its English model. wink cuts finer than the port's tokens ("10k" into two, "don't"
// into two, addresses into many); what no space parts belongs to one token, so its tokens are put together again.
import winkModel from 'wink-eng-lite-web-model'
import winkNlp, { type WinkMethods } from 'wink-nlp'

export const winkModelName = 'wink-eng-lite-web-model'

/**
 * wink keeps every word it ever saw, 100 to 400 bytes each. After so many different ones it is made anew: 160 ms, and no
 * more than some 40 MB.
 */
const maxNewWords = 100_000

// Each metaCER() of the model's own makes the text behind its result longer, to several times its length.
const metaCer = (winkModel.metaCER as () => unknown)()
const model = { ...winkModel, metaCER: () => metaCer }

export type ReadWords = (words: readonly string[]) => readonly string[]

/** The returned function gives back the words it is given, as wink's tokens make them; all of them without white space. */
export function openWinkReader(): ReadWords {
  let wink: WinkMethods | undefined
  const seen = new Set<string>()
  return (words) => {
    if (words.length === 0) return []
    if (wink === undefined || seen.size > maxNewWords) {
      wink = winkNlp(model, [])
      seen.clear()
    }
    for (const word of words) seen.add(word)
    const { its } = wink
    const tokens = wink.readDoc(words.join(' ')).tokens()
    const spaces = tokens.out(its.precedingSpaces)
    const glued: string[] = []
    for (const [index, token] of tokens.out(its.value).entries()) {
      if (index === 0 || spaces[index] !== '') glued.push(token)
      else glued[glued.length - 1] += token
    }
    return glued
  }
}
