import { join } from 'node:path'
import { DemoFailure } from './demo-failure.ts'
import type { DemoOptions } from './read-options.ts'
import type { Programs } from './programs.ts'
import { repository } from './start-holdfast.ts'

const canonicalizer = join(repository, 'packages', 'canonicalizer', 'dist', 'cli', 'main.js')

/** Trying out what is there takes two seconds; much more means that something is installed. */
const noticeAfterMs = 5_000

/**
 * The engine to use. Installs spaCy by the canonicalizer's own command, once a machine, and tries it out. Without a Python,
 * or a network to get it from, the engine is wink where any will do, which is said.
 */
export async function prepareEngine(
  wanted: DemoOptions['engine'],
  programs: Programs,
  env: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<'spacy' | 'wink'> {
  if (wanted === 'wink') return 'wink'
  if (env['SPACY_PYTHON']) return 'spacy' // somebody's own, with spaCy in it
  const installer = programs.start({
    title: 'the installer of spaCy',
    args: [canonicalizer, 'install-spacy'],
    env,
  })
  const notice = setTimeout(
    () => say('Preparing spaCy, which is installed once, with 350 MB. (--engine wink does without.)'),
    noticeAfterMs,
  )
  const code = await installer.ended.finally(() => clearTimeout(notice))
  if (code === 0) return 'spacy'
  const reason = installer.lastWords(1)
  if (wanted === 'spacy')
    throw new DemoFailure(`there is no spaCy: ${reason}\nWithout --engine spacy, wink does.`)
  say(`Going on with the engine wink, for there is no spaCy: ${reason}`)
  return 'wink'
}
