import { expect, test } from 'vitest'
import { faultsOfWords, isHandWrittenPage, unwantedWords } from '../../scripts/words.ts'

test('an unwanted word is named with its line and what to write instead', () => {
  expect(faultsOfWords('Fine.\nMend the secret.')).toEqual(['2: "Mend" is unwanted: fix'])
})

test('a word inside another word is no fault', () => {
  expect(faultsOfWords('Recommend an amendment, and pass the hands-on test.')).toEqual([])
})

test('a phrase is found across two lines of a comment', () => {
  expect(faultsOfWords('/**\n * What signing in\n * touches.\n */')).toEqual([
    '2: "What signing in touches" is unwanted: dependencies of',
  ])
})

test('the target of a link is not read, its text is', () => {
  expect(faultsOfWords('[errors](a-closed-catalogue.md)')).toEqual([])
  expect(faultsOfWords('[the catalogue](errors.md)')).toHaveLength(1)
})

test('every word of the list finds the example that it is there for', () => {
  const examples =
    'mended, to be had, vended on, our own doing, lest, anew, whomever, so many, at the least, is told, by itself, of chance, what it touches, nobody whom, a hand may, death, no known kind, passed over, burnt, behaviour'
  for (const [index, example] of examples.split(', ').entries()) {
    expect(faultsOfWords(example, unwantedWords.slice(index, index + 1)), example).toHaveLength(1)
  }
  expect(examples.split(', ')).toHaveLength(unwantedWords.length)
})

test('a generated page counts as code, every other page as written by hand', () => {
  expect(isHandWrittenPage('docs/errors.md', '<!-- Generated from shared/problems.ts by … -->')).toBe(false)
  expect(isHandWrittenPage('docs/api.md', '# The HTTP contract')).toBe(true)
  expect(isHandWrittenPage('shared/problems.ts', '')).toBe(false)
})
