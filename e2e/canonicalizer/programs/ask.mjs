// Asks one question, as the README says: `node ask.mjs ENGINE QUESTION`, beside films.jsonl.
import { openCanonicalizer } from '@holdfast/canonicalizer'

const [engine, question] = process.argv.slice(2)
const canonicalizer = await openCanonicalizer({ engine, patterns: 'films.jsonl' })
const query = await canonicalizer.processQuery(question)
console.log(JSON.stringify({ fingerprint: query.fingerprint, key: query.key, engine: query.engine }))
await canonicalizer.close()
