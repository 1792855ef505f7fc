/** A part of a regular expression with its quantifier. */
export interface Term {
  /** Without the quantifier. */
  readonly text: string
  /** `zero`: matches a place, not a character. */
  readonly kind: 'atom' | 'group' | 'zero' | 'start' | 'end'
  /** A group's alternatives. */
  readonly alternatives: readonly Sequence[]
  readonly isOptional: boolean
  /** Whether nothing limits how often it repeats. */
  readonly isUnbounded: boolean
}

/** Terms in a row. */
export type Sequence = readonly Term[]

const escaped = /\\(?:[pPu]\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|k<\w+>|[\s\S])/iy
const characterClass = /\[(?:\\[\s\S]|[^\]\\])*\]/y
const opening = /\((?:\?(?:<?[=!]|:|<\w+>))?/y
const quantifier = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/y

/** Reads the alternatives of an expression's source, which must be valid. */
export function parseExpression(source: string): readonly Sequence[] {
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(source)?.[0] ?? ''
    at += found.length
    return found
  }
  const readAlternatives = (): Sequence[] => {
    const alternatives: Term[][] = [[]]
    while (at < source.length && source[at] !== ')') {
      if (take(/\|/y)) alternatives.push([])
      else alternatives.at(-1)?.push(readTerm())
    }
    return alternatives
  }
  const readTerm = (): Term => {
    const start = at
    const opened = take(opening)
    const alternatives = opened ? readAlternatives() : []
    if (opened) at += 1
    else take(escaped) || take(characterClass) || take(/[\s\S]/y)
    const text = source.slice(start, at)
    return { text, kind: kindOf(text, opened), alternatives, ...quantity(take(quantifier)) }
  }
  return readAlternatives()
}

function kindOf(text: string, opened: string): Term['kind'] {
  if (opened) return /[=!]$/.test(opened) ? 'zero' : 'group'
  if (text === '^') return 'start'
  if (text === '$') return 'end'
  return /^\\b$/i.test(text) ? 'zero' : 'atom'
}

function quantity(text: string): Pick<Term, 'isOptional' | 'isUnbounded'> {
  return { isOptional: /^(?:[*?]|\{0)/.test(text), isUnbounded: /^(?:[*+]|\{\d+,\})/.test(text) }
}
