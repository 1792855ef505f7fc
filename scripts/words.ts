/** A word that a native technical writer wouldn't use here, and what to write instead. */
interface Word {
  readonly pattern: RegExp
  readonly instead: string
}

const words: readonly Word[] = [
  { pattern: /\bmend(s|ed|ing)?\b/gi, instead: 'fix' },
  { pattern: /\banew\b/gi, instead: 'again' },
  { pattern: /\bwho(m)?ever\b/gi, instead: 'name the person or process' },
  { pattern: /\bso many\b/gi, instead: 'say what is counted: “the most …”, “seconds after which …”' },
  { pattern: /\bat the least\b/gi, instead: 'at least' },
  { pattern: /\bfor ever\b/gi, instead: 'forever' },
  { pattern: /\bin vain\b/gi, instead: 'say what happens' },
  { pattern: /\bcatalogue\b/gi, instead: 'catalog' },
  { pattern: /\borganisation/gi, instead: 'organization' },
  { pattern: /\bneighbour/gi, instead: 'neighbor' },
  { pattern: /\bmeanwhile\b/gi, instead: 'in the meantime, or say when' },
  { pattern: /\btried again by itself\b/gi, instead: 'The broker retries automatically.' },
  { pattern: /\bnobody whom\b/gi, instead: 'say who does it' },
  { pattern: /\bupon which\b/gi, instead: 'start a new sentence' },
  { pattern: /\bYou signed in, and\b/g, instead: 'You signed in, but' },
  { pattern: /\bWhat [\w ]+ touches\b/g, instead: 'Dependencies of …' },
  { pattern: /\bafresh\b/gi, instead: 'again, or: start over' },
  { pattern: /\bin whose place\b/gi, instead: 'say what replaces it' },
  { pattern: /\b(some|any|every)body\b/gi, instead: 'someone; or name the process' },
  { pattern: /\bof one['’]s own\b/gi, instead: 'its own' },
  { pattern: /\blooked at every\b/gi, instead: 'evaluated every' },
  { pattern: /\bis none of (its|ours|theirs)\b/gi, instead: 'isn’t its …' },
  { pattern: /\bhowever (often|long|many|much)\b/gi, instead: 'no matter how …' },
  { pattern: /\bnobody waits\b/gi, instead: 'say that the caller doesn’t wait' },
]

/** A word of the list that occurs in a text. */
export interface WordFault {
  /** Counted from 1. */
  readonly line: number
  readonly word: string
  readonly instead: string
}

/** Finds words that are typical of translated prose. Names of files in links don't count. */
export function faultsOfWords(text: string): WordFault[] {
  return text.split('\n').flatMap((content, index) =>
    words.flatMap(({ pattern, instead }) =>
      [...content.replaceAll(/\]\([^)]*\)/g, ']').matchAll(pattern)].map(([word]) => ({
        line: index + 1,
        word,
        instead,
      })),
    ),
  )
}
