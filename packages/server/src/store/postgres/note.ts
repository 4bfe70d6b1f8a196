/** Remembers a place of an id that is not known yet. */
export function note<Key>(places: Map<Key, number[]>, key: Key, position: number): void {
  const known = places.get(key)
  if (known === undefined) places.set(key, [position])
  else known.push(position)
}
