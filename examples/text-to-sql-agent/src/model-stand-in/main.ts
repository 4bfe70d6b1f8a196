// The stand-in for a model as a program: `node src/model-stand-in/main.ts [--port N]`. Says its address and its name on stdout,
// as one line of JSON, and what it is on stderr.
import { parseArgs } from 'node:util'
import { openModelStandIn, standInName } from './open-model-stand-in.ts'
import { readScript } from './read-script.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const standIn = await openModelStandIn(readScript(), Number(values.port))
console.error(
  'This is a stand-in for a model: it answers by a script, no model is asked, and nothing it says is meant.',
)
console.log(JSON.stringify({ url: standIn.url, model: standInName }))
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void standIn.close())
