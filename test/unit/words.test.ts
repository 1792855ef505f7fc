import { expect, test } from 'vitest'
import { faultsOfWords } from '../../scripts/words.ts'

test.each([
  ['It is tried again by itself.', 'tried again by itself'],
  ['Whoever looks', 'Whoever'],
  ['After so many seconds', 'so many'],
  ['/** What signing in touches. */', 'What signing in touches'],
  ['You signed in, and nothing happened.', 'You signed in, and'],
  ['Somebody changed it', 'Somebody'],
  ['however often it fails', 'however often'],
])('the check finds a word: %s', (text, word) => {
  expect(faultsOfWords(`first\n${text}`)[0]).toMatchObject({ line: 2, word })
})

test('plain sentences and the targets of links pass', () => {
  expect(faultsOfWords('The broker retries automatically. See [0012](0012-a-closed-catalogue.md).')).toEqual(
    [],
  )
  expect(faultsOfWords('Amended recommendations')).toEqual([])
})
