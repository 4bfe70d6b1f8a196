// What must not share a key, and what should: written to trip the rules, beside the corpus, which was written to measure them.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { patternsFile } from '../corpus/read-corpus.fixture.ts'
import { openCanonicalizer } from '../open-canonicalizer.ts'

const films = await openCanonicalizer({ engine: 'wink', patterns: patternsFile('film-rental') })
after(() => films.close())

async function fingerprints(questions: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(questions.map((question) => films.processQuery(question)))
  return answers.map(({ fingerprint }) => fingerprint)
}

/** Every one of them asks for something else. */
async function allDiffer(...questions: string[]): Promise<void> {
  const found = await fingerprints(questions)
  const shared = questions.filter((_, index) => found.indexOf(found[index] ?? '') !== index)
  assert.deepEqual(shared, [], found.join('\n'))
}

async function allSame(...questions: string[]): Promise<void> {
  const found = await fingerprints(questions)
  assert.equal(new Set(found).size, 1, found.join('\n'))
}

describe('these are different questions', () => {
  test('who does what to whom', async () => {
    await allDiffer(
      'films rented by customers from Canada',
      'customers who rented films from Canada',
      'customers from Canada who rented films',
      'customers whom films rented from Canada',
    )
    await allDiffer(
      'actors in most films',
      'actors in the most films',
      'films with most actors',
      'films with more actors',
    )
    await allDiffer('actors of films', 'films of actors', 'actors without films', 'films without actors')
    await allDiffer('rentals from Canada', 'rentals to Canada', 'rentals via Canada')
  })

  test('what a negation covers', async () => {
    await allDiffer(
      'R rated comedies',
      'R rated films that are not comedies',
      'comedies that are not R rated',
      'not R rated comedies',
      'films neither R rated nor comedies',
      'films that are R rated or comedies',
    )
    await allDiffer(
      'stores without R rated films',
      'stores with R rated films',
      'stores with non R rated films',
    )
    await allDiffer(
      'PG films',
      'not only PG films',
      'films not PG',
      'films not PG or G',
      'films PG or G',
      'films PG and G',
    )
    await allDiffer(
      'films longer than 90 minutes',
      'films not longer than 90 minutes',
      'films shorter than 90 minutes',
    )
    await allDiffer(
      'revenue in 2005',
      'revenue not in 2005',
      'revenue since 2005',
      'revenue before 2005',
      'revenue after 2005',
    )
    await allDiffer(
      'films between 90 and 120 minutes',
      'films not between 90 and 120 minutes',
      'films under 90 or over 120 minutes',
    )
  })

  test('how many of them, and in which order', async () => {
    await allDiffer(
      'top 10 films',
      'first 10 films',
      'last 10 films',
      'bottom 10 films',
      '10 films',
      'films with 10 actors',
      'top 100 films',
    )
    await allDiffer(
      'longest film',
      'longest films',
      'films sorted by length',
      'films sorted by length descending',
      'second longest film',
      '5 longest films',
      'top 5 of the 10 longest films',
      'top 10 of the 5 longest films',
    )
    await allDiffer('top 10 films about robots', 'films about the top 10 robots', 'films about 10 robots')
    await allDiffer(
      'films sorted by length and title',
      'titles of films sorted by length',
      'films sorted by title and length',
    )
  })

  test('what is counted, and by what', async () => {
    await allDiffer(
      'number of films per actor',
      'number of actors per film',
      'films per actor',
      'number of films',
      'average film length',
      'longest film length',
      'average film length per actor',
    )
    await allDiffer('revenue per store', 'average revenue per store', 'revenue per film', 'revenue of stores')
    await allDiffer('highest price of films', 'film with the highest price', 'lowest price of films')
    await allDiffer('number of films rented by customers', 'number of films rented per customer')
    await allDiffer(
      'customers with more than 5 rentals in 2005',
      'customers in 2005 with more than 5 rentals',
    )
  })

  test('times', async () => {
    await allDiffer(
      'revenue last month',
      'revenue this month',
      'revenue past month',
      'revenue last 2 months',
      'revenue last year',
      'revenue in January',
      'revenue in January 2005',
      'revenue on January 5 2005',
      'revenue per month',
    )
    await allDiffer('films released in 2005', 'films rented in 2005', 'films in 2005', '2005 films')
  })

  test('numbers, units and words that nobody knows', async () => {
    await allDiffer(
      'films longer than 90 minutes',
      'films longer than 90 hours',
      'films longer than 9.0 minutes',
      'films longer than 90 pages',
      'films at least 90 minutes',
    )
    await allDiffer(
      'films under 5 dollars',
      'films under 5 euros',
      'films priced under 5',
      'films cheaper than 5 dollars',
    )
    await allDiffer(
      'films about robots',
      'films about robot',
      'films about rabbits',
      'films with robots',
      'robots about films',
    )
    await allDiffer('films cost .5', 'films cost 5', 'films cost -5', 'films cost 0.05')
    await allDiffer('customers in county', 'customers in country', 'customers by country')
    await allDiffer(
      'films that can be rented',
      'films that were rented',
      'films that will be rented',
      'films never rented',
    )
    await allDiffer('my films', 'films', 'their own films', 'films with emails', 'emails of films')
  })
})

describe('these are one question', () => {
  test('in other words', async () => {
    await allSame(
      'Top 10 PG rated movies',
      'the ten best films with a PG rating',
      'show me the top ten films rated PG, please',
    )
    await allSame(
      'films that are neither R nor NC-17',
      'movies not rated NC-17 or R',
      'films except R and NC-17',
    )
    await allSame(
      'films longer than 2 hours',
      'movies over 120 minutes',
      'films with a length of more than 120 minutes',
    )
    await allSame(
      'number of films per actor',
      'how many movies does each actor have?',
      'film count by performer',
    )
    await allSame('actor with the most films', 'which actor has the most movies?')
    await allSame(
      'customers with 5 or more rentals',
      'clients who have at least five rentals',
      'customers with 5+ rentals',
    )
    await allSame('revenue in Q1 2005', 'income between Jan 1, 2005 and 31 March 2005')
    await allSame('films sorted by length', 'movies ordered by duration ascending')
  })

  test('with slips of the finger', async () => {
    await allSame('customers from Canada', 'cusotmers from Canada', 'custmers from canada')
  })
})
