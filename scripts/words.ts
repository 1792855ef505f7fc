/** A word or phrase that a native technical writer would not use here. */
export interface UnwantedWord {
  /** As a regular expression of whole words; a space also matches a line break. */
  readonly pattern: string
  readonly instead: string
  /** Allowed in code, and in pages that are generated from it. */
  readonly pagesOnly?: true
}

/** The list that `npm run check` enforces. */
export const unwantedWords: readonly UnwantedWord[] = [
  { pattern: 'mend(?:s|ed|ing)?', instead: 'fix' },
  { pattern: 'to be had', instead: 'available' },
  { pattern: 'vended on', instead: 'still vended' },
  { pattern: 'our own doing', instead: 'our fault' },
  { pattern: 'albeit|lest|nought|thereof|whereby|whence', instead: 'a common word' },
  { pattern: 'anew', instead: 'again', pagesOnly: true },
  { pattern: 'who(?:m|so)?ever', instead: 'the person who, anyone who', pagesOnly: true },
  { pattern: 'so many', instead: 'the number of', pagesOnly: true },
  { pattern: 'at the least', instead: 'at least', pagesOnly: true },
  { pattern: '(?:is|are|was|were|be|been|being) told', instead: 'learns, reports', pagesOnly: true },
  { pattern: 'by (?:itself|themselves)', instead: 'automatically, on its own', pagesOnly: true },
  { pattern: 'of chance|left to chance', instead: 'random' },
  { pattern: 'what (?:[a-z]+ ){1,4}touch(?:es)?', instead: 'dependencies of', pagesOnly: true },
  { pattern: 'nobody whom|nothing you can', instead: 'an active sentence', pagesOnly: true },
  { pattern: 'a hand may', instead: 'a manual change can' },
  { pattern: 'deaths?', instead: 'crash, kill', pagesOnly: true },
  { pattern: 'no known kind', instead: 'an unknown kind', pagesOnly: true },
  { pattern: 'pass(?:es|ed)? over', instead: 'skip, ignore', pagesOnly: true },
  { pattern: 'amiss|burnt|hence|learnt|likewise|spelt|thus', instead: 'a common word', pagesOnly: true },
  {
    pattern:
      'authoris\\w+|behaviours?|catalogues?|centre|colours?|favours?|honours?|licences?|organisations?|recognis\\w+',
    instead: 'American spelling',
    pagesOnly: true,
  },
]

/** Targets of links and the openings of generated pages. */
const linkTarget = /\]\([^)]*\)/g
const generated = /^<!-- Generated from /

/** Whether every word of the list counts in a file: it is a page that people write. */
export function isHandWrittenPage(path: string, text: string): boolean {
  return path.endsWith('.md') && !generated.test(text)
}

/**
 * Finds unwanted words in a text, phrases across lines of a comment included.
 * @param words the list to apply.
 * @returns a sentence for each, which starts with its line, counted from 1.
 */
export function faultsOfWords(text: string, words: readonly UnwantedWord[] = unwantedWords): string[] {
  const visible = text.replace(linkTarget, (target) => target.replace(/[^\n]/g, '.'))
  return words.flatMap(({ pattern, instead }) =>
    [...visible.matchAll(toExpression(pattern))].map(({ 0: found, index }) => {
      const line = visible.slice(0, index).split('\n').length
      return `${line}: "${found.replace(/[\s*/]+/g, ' ')}" is unwanted: ${instead}`
    }),
  )
}

function toExpression(pattern: string): RegExp {
  return new RegExp(`\\b(?:${pattern.replaceAll(' ', '[\\s*/]+')})\\b`, 'gi')
}
