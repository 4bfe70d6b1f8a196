// One form for singular and plural. Careful rather than complete: a plural it does not know costs a shared key, a word
// wrongly cut gives two words one.

const irregular: ReadonlyMap<string, string> = new Map(
  Object.entries({
    people: 'person',
    children: 'child',
    men: 'man',
    women: 'woman',
    feet: 'foot',
    mice: 'mouse',
    analyses: 'analysis',
    indices: 'index',
    wives: 'wife',
    lives: 'life',
    knives: 'knife',
    shelves: 'shelf',
    halves: 'half',
    heroes: 'hero',
    movies: 'movie',
    cookies: 'cookie',
    calories: 'calorie',
    zombies: 'zombie',
    selfies: 'selfie',
    rookies: 'rookie',
    buses: 'bus',
    gases: 'gas',
    bonuses: 'bonus',
    statuses: 'status',
    viruses: 'virus',
    campuses: 'campus',
    quizzes: 'quiz',
    caches: 'cache',
    axes: 'axe',
  }),
)
/** End in s and are none, or are the same in both. */
const unchanging = new Set(
  'series species news always perhaps across various previous plus less gas bus lens has does was this thus us yes his its is as hers ours yours besides towards means hundreds thousands millions billions dozens'.split(
    ' ',
  ),
)

export function singular(word: string): string {
  const known = irregular.get(word)
  if (known !== undefined) return known
  if (
    word.length < 4 ||
    unchanging.has(word) ||
    /(?:ss|us|is|'s|[^a-z]s)$/.test(word) ||
    !word.endsWith('s')
  ) {
    return word
  }
  if (/[^aeiou]ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(?:sses|shes|ches|xes)$/.test(word)) return word.slice(0, -2)
  return word.slice(0, -1)
}

/** The regular plural, by which a misspelt one is found. */
export function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(?:s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`
}
