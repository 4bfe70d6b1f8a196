import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findJoins } from './find-joins.ts'

const key = (table: string, to: string) => ({
  table,
  columns: [`${to}_id`],
  references_table: to,
  references_columns: [`${to}_id`],
})
const keys = [
  key('album', 'artist'),
  key('track', 'album'),
  key('track', 'genre'),
  key('line', 'track'),
  key('line', 'invoice'),
]

describe('findJoins', () => {
  test('tables that refer to each other need no other', () => {
    assert.deepEqual(findJoins(['genre', 'track'], keys, 0), {
      added: [],
      conditions: ['track.genre_id = genre.genre_id'],
    })
  })

  test('what lies on the way is added, with the reason', () => {
    assert.deepEqual(findJoins(['artist', 'invoice'], keys, 0), {
      added: [
        { table: 'line', because: ['connects artist and invoice'] },
        { table: 'track', because: ['connects artist and invoice'] },
        { table: 'album', because: ['connects artist and invoice'] },
      ],
      conditions: [
        'album.artist_id = artist.artist_id',
        'track.album_id = album.album_id',
        'line.track_id = track.track_id',
        'line.invoice_id = invoice.invoice_id',
      ],
    })
  })

  test('a table that nothing connects stays alone; none, and one, need no joins', () => {
    assert.deepEqual(findJoins(['genre', 'weather'], keys, 0), { added: [], conditions: [] })
    assert.deepEqual(findJoins(['genre'], keys, 0), { added: [], conditions: [] })
    assert.deepEqual(findJoins([], keys, 0), { added: [], conditions: [] })
  })

  test('what the wanted tables refer to is added as long as there are not enough', () => {
    assert.deepEqual(findJoins(['track'], keys, 2), {
      added: [{ table: 'album', because: ['track refers to it'] }],
      conditions: ['track.album_id = album.album_id'],
    })
    assert.deepEqual(
      findJoins(['line', 'artist'], keys, 9).added.map(({ table }) => table),
      ['album', 'track', 'invoice'],
    )
  })

  test('a key of several columns is one condition', () => {
    const pair = { table: 'a', columns: ['x', 'y'], references_table: 'b', references_columns: ['v', 'w'] }
    assert.deepEqual(findJoins(['a', 'b'], [pair], 0).conditions, ['a.x = b.v and a.y = b.w'])
  })
})
