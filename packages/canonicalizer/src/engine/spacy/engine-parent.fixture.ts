// A program that uses spaCy, for tests that look at how it ends: `node engine-parent.fixture.ts PYTHON stays|ends`.
// Prints the process id of spaCy, after a first answer.
import { openSpacyEngine } from './open-spacy-engine.ts'

const [python = '', mode] = process.argv.slice(2)
const engine = await openSpacyEngine({ python })
await engine.analyse('top 10 films')
console.log(engine.status.pid)
if (mode === 'stays') setInterval(() => {}, 60_000)
// Else nothing is closed, and nothing is left to do.
