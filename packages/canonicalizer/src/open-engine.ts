// Which engine: the one that was asked for, or the one that there is.
import type { CanonicalizerOptions } from './canonicalizer-options.ts'
import { EngineError, type NlpEngine } from './engine/nlp-engine.ts'
import { findSpacyPython } from './engine/spacy/find-python.ts'
import { withStandIn } from './engine/with-stand-in.ts'

type EngineOptions = Pick<CanonicalizerOptions, 'engine' | 'spacy' | 'wink'>

/** Rejects with an EngineError where `spacy` was asked for and does not start; `auto` takes wink then, and says so. */
export async function openEngine({ engine = 'auto', spacy, wink }: EngineOptions): Promise<NlpEngine> {
  const openWink = async (): Promise<NlpEngine> => {
    const { openWinkEngine } = await import('./engine/wink/open-wink-engine.ts')
    return await openWinkEngine(wink)
  }
  const openSpacy = async (): Promise<NlpEngine> => {
    const { openSpacyEngine } = await import('./engine/spacy/open-spacy-engine.ts')
    return await openSpacyEngine(spacy)
  }
  if (engine === 'spacy') return await openSpacy()
  if (engine === 'wink' || (spacy?.python ?? findSpacyPython()) === undefined) return await openWink()
  try {
    return withStandIn(await openSpacy(), openWink)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    process.emitWarning(`spaCy does not start, wink takes its place: ${error.message}`, {
      type: 'HoldfastCanonicalizerWarning',
      code: 'HOLDFAST_ENGINE',
    })
    return await openWink()
  }
}
