import { parseExpression, type Sequence, type Term } from './expressionTerms.ts'

/**
 * Finds the repetitions without a limit by which an expression can take more than linear time. It's cautious: what
 * isn't evidently linear is found.
 *
 * - `nested`: a repetition in a repetition, such as `(a+)+`.
 * - `twice`: what follows can match the same characters, such as `^\s*(.*)\s*$`.
 * - `restarts`: each place in a run begins a scan of the run's rest, such as `x[^y]*y` in `xxxx`. It doesn't with `^`,
 *   with the flag `y`, or if a character before the repetition can't be part of the run.
 */
export function findSuperlinear(source: string, flags: string): string[] {
  const alternatives = parseExpression(source)
  const matches = (term: Term) => new RegExp(`^(?:${term.text})$`, flags.replaceAll(/[gmy]/g, ''))
  const isDisjoint = (one: Term, other: Term) => {
    const [first, second] = [matches(one), matches(other)]
    return !characters.some((character) => first.test(character) && second.test(character))
  }
  const isAnchored = flags.includes('y') || (!flags.includes('m') && alternatives.every(startsAnchored))
  const faultOf = ({ term, before, after }: Place): string[] => {
    if (term.kind === 'group') return hasUnbounded(term.alternatives) ? ['nested'] : []
    if (term.kind !== 'atom' || after.every(({ isOptional }) => isOptional)) return []
    const isTwice =
      hasUnbounded([after]) && !firstsOf(after).every((next) => next !== 'any' && isDisjoint(term, next))
    const isStopped = requiredAtoms(before).some((each) => isDisjoint(term, each))
    const startsRun = before.length === 1 && before[0]?.text === `(?<!${term.text})`
    return [...(isTwice ? ['twice'] : []), ...(isAnchored || isStopped || startsRun ? [] : ['restarts'])]
  }
  return alternatives
    .flatMap((sequence) => placesOf(sequence, [], []))
    .filter(({ term }) => term.isUnbounded)
    .flatMap((place) => faultOf(place).map((fault) => `${fault} ${place.term.text}`))
}

interface Place {
  readonly term: Term
  /** The terms that precede and follow it, outside its groups too. */
  readonly before: Sequence
  readonly after: Sequence
}

const characters = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))

function placesOf(sequence: Sequence, before: Sequence, after: Sequence): Place[] {
  return sequence.flatMap((term, index) => {
    const around = [
      [...before, ...sequence.slice(0, index)],
      [...sequence.slice(index + 1), ...after],
    ] as const
    const inner = term.alternatives.flatMap((each) => placesOf(each, ...around))
    return [{ term, before: around[0], after: around[1] }, ...inner]
  })
}

function requiredAtoms(sequence: Sequence): Term[] {
  return sequence
    .filter(({ isOptional }) => !isOptional)
    .flatMap((term) => {
      const [only, ...others] = term.alternatives
      if (term.kind === 'group') return only && others.length === 0 ? requiredAtoms(only) : []
      return term.kind === 'atom' ? [term] : []
    })
}

function hasUnbounded(alternatives: readonly Sequence[]): boolean {
  return alternatives.flat().some((term) => term.isUnbounded || hasUnbounded(term.alternatives))
}

function startsAnchored([first]: Sequence): boolean {
  if (first?.kind !== 'group') return first?.kind === 'start'
  return !first.isOptional && first.alternatives.every(startsAnchored)
}

/** The characters with which a sequence can begin; `any` if that can't be told. */
function firstsOf(sequence: Sequence): (Term | 'any')[] {
  const [first, ...rest] = sequence
  if (!first || first.kind === 'end') return []
  if (first.kind === 'zero' || first.kind === 'start') return ['any']
  const own = first.kind === 'atom' ? [first] : first.alternatives.flatMap(firstsOf)
  return first.isOptional ? [...own, ...firstsOf(rest)] : own
}
