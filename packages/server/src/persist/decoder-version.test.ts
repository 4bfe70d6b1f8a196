import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { promotedColumns } from '../store/postgres/dialects/dialect.ts'
import { decoderVersion } from './persist-batch.ts'

// The columns that attributes fill, as each version fills them. A version that has run somewhere is never changed here.
const columnsOfVersion: Readonly<Record<number, string>> = {
  3: 'f8e3ef0ed6b7457a8e16156a0a846c0ab3372de4637d7c68112acc52bc59730c',
}

test('another list of columns is another version of the decoder, so that bodies of before can be told', () => {
  const columns = createHash('sha256').update(JSON.stringify(promotedColumns)).digest('hex')
  assert.equal(
    columns,
    columnsOfVersion[decoderVersion],
    'the columns have changed: raise decoderVersion, and add the version with this hash',
  )
})
