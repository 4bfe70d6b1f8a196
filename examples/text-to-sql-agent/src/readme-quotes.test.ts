// The README quotes this folder: what it quotes is there, and what it links to, too.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'

const folder = join(import.meta.dirname, '..')
const readme = readFileSync(join(folder, 'README.md'), 'utf8')
const links = [...readme.matchAll(/\]\((?!http)([^)]+)\)/g)].map((match) => ({
  path: match[1] ?? '',
  at: match.index,
}))

/** Each block of TypeScript with the file that was named last before it. */
const quotes = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => ({
  code: match[1] ?? '',
  file: links.findLast(({ path, at }) => path.endsWith('.ts') && at < match.index)?.path ?? '',
}))

/** However it is indented. */
function flatten(code: string): string {
  return code.trim().replace(/\n\s*/g, '\n')
}

describe('the README', () => {
  test('has a quotation for every step that needs one', () => assert.ok(quotes.length >= 9))

  for (const { code, file } of quotes) {
    test(`quotes ${file} as it is: ${code.split('\n')[0]}`, () => {
      const source = flatten(readFileSync(join(folder, file), 'utf8'))
      assert.ok(source.includes(flatten(code)), `not in ${file}:\n${code}`)
    })
  }

  test('links to what there is', () => {
    assert.deepEqual(
      links.filter(({ path }) => !existsSync(join(folder, path.replace(/#.*/, '')))),
      [],
    )
  })
})
