/** How a media range fits: its weight, and how precisely it names the type. */
interface Fit {
  readonly weight: number
  readonly precision: number
}

/** A parameter's name, and its value as a token or in quotes (RFC 9110, section 5.6.6). */
const parameter = /;\s*(?:([^\s;=",]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;",]*)))?\s*/gy

/** A range, and its parameters (RFC 9110, section 12.5.1). */
const range = /^\s*([^\s;,/"]+)\/([^\s;,/"]+)\s*(;.*)?$/s

const weightFormat = /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/

/**
 * Chooses by the header `Accept` which media type an answer has (RFC 9110, section 12.5.1): the one with the largest
 * weight, then the one that is named more precisely, then the first. A range with a parameter fits only a type with the
 * same one, and a malformed range fits nothing.
 * @param accept without one, everything fits.
 * @param offered with their parameters.
 * @returns undefined if none fits.
 */
export function chooseMediaType<T extends string>(
  accept: string | null,
  offered: readonly T[],
): T | undefined {
  const ranges = (accept ?? '').trim() === '' ? ['*/*'] : splitList(accept ?? '')
  const fitting = offered
    .map((type) => ({ type, ...bestFit(ranges, type) }))
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight || b.precision - a.precision)
  return fitting[0]?.type
}

/** The most precise range decides a type's weight, so `*\/*, text/csv;q=0` is everything else. */
function bestFit(ranges: readonly string[], type: string): Fit {
  const fits = ranges.flatMap((each) => fitOf(each, type) ?? [])
  return fits.toSorted((a, b) => b.precision - a.precision)[0] ?? { weight: 0, precision: 0 }
}

function fitOf(text: string, offered: string): Fit | undefined {
  const [wanted, own] = [parseType(text), parseType(offered)]
  if (!wanted || !own || wanted.weight === undefined) return undefined
  const isAny = wanted.type === '*' && wanted.subtype === '*'
  const isOfType = wanted.type === own.type && (wanted.subtype === '*' || wanted.subtype === own.subtype)
  const parameters = [...wanted.parameters]
  if (!(isAny || isOfType) || parameters.some(([name, value]) => own.parameters.get(name) !== value))
    return undefined
  const named = isAny ? 0 : wanted.subtype === '*' ? 1 : 2
  return { weight: wanted.weight, precision: named + parameters.length / 100 }
}

function parseType(text: string) {
  const [, type = '', subtype = '', rest = ''] = range.exec(text) ?? []
  if (!type) return undefined
  const parameters = new Map<string, string>()
  let end = 0
  for (const [whole, name, quoted, token = ''] of rest.matchAll(parameter)) {
    end += whole.length
    if (name && !parameters.has('q')) parameters.set(name.toLowerCase(), (quoted ?? token).toLowerCase())
  }
  if (end < rest.length) return undefined
  const q = parameters.get('q') ?? '1'
  parameters.delete('q')
  const weight = weightFormat.test(q) ? Number(q) : undefined
  return { type: type.toLowerCase(), subtype: subtype.toLowerCase(), parameters, weight }
}

/** Splits at commas, but not in quotes. One that isn't closed goes on to the end. */
function splitList(text: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '"') isQuoted = !isQuoted
    else if (isQuoted && character === '\\') index++
    else if (!isQuoted && character === ',') {
      parts.push(text.slice(start, index))
      start = index + 1
    }
  }
  return [...parts, text.slice(start)].filter((each) => each.trim() !== '')
}
