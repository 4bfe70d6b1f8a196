import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const src = new URL('../', import.meta.url)

/** `queue/x.test.ts` "a title", "another" */
const reference = /`([\w/-]+\.test\.ts)`((?:(?!`[\w/-]+\.test\.ts`)[^\n])*)/g

test('every invariant of QUEUE.md names tests that exist', () => {
  const lines = readFileSync(new URL('QUEUE.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => /^\d+\. .* — /.test(line))
  assert.ok(lines.length >= 20)
  for (const line of lines) {
    const found = [...line.slice(line.indexOf(' — ')).matchAll(reference)]
    assert.ok(found.length > 0, `no test is named: ${line}`)
    for (const [, file, rest] of found) {
      const source = readFileSync(new URL(file!, src), 'utf8')
      const titles = [...rest!.matchAll(/"([^"]+)"/g)].map((match) => match[1]!)
      assert.ok(titles.length > 0, `no title is named in ${file}`)
      for (const title of titles)
        assert.ok(source.includes(`test('${title}'`), `${file} has no test "${title}"`)
    }
  }
})
