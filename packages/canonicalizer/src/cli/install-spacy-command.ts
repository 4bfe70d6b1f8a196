import { parseArgs } from 'node:util'
import { installSpacy } from '../engine/spacy/install-spacy.ts'
import { openSpacyEngine } from '../engine/spacy/open-spacy-engine.ts'
import { BadUsage, type Command } from './command.ts'

export const installSpacyCommand: Command = {
  usage: 'install-spacy [--python PATH]',
  summary: 'Install spaCy and its English model for the engine `spacy`',
  details: [
    'Makes a Python virtual environment in ${XDG_CACHE_HOME:-~/.cache}/holdfast: 350 MB, some 15 seconds. Every package',
    'is pinned with its hash. Once a machine: when it is there already nothing is done but to try it out.',
    '',
    '  --python PATH   the Python to make it with, 3.10 or newer. Default: $PYTHON, else the first good one of the PATH',
  ].join('\n'),
  async run(args, say) {
    const python = await installSpacy(readArgs(args))
    const engine = await openSpacyEngine({ python })
    await engine.analyse('top 10 films')
    await engine.close()
    const { spacyVersion, modelVersion, pythonVersion } = engine.status
    say(
      `spaCy ${spacyVersion} with ${engine.model} ${modelVersion} works, on Python ${pythonVersion}: ${python}`,
    )
  },
}

function readArgs(args: readonly string[]): { python?: string } {
  try {
    const { values } = parseArgs({ args: [...args], options: { python: { type: 'string' } } })
    return values.python === undefined ? {} : { python: values.python }
  } catch (error) {
    throw new BadUsage(error instanceof Error ? error.message : String(error))
  }
}
