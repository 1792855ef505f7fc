import { Dynamic, Timespan, toLong, toText, type Value } from './values.ts'

/** A scalar function's value. @throws Error for one that we don't understand. */
export function call(name: string, args: readonly Value[], now: Date): Value {
  const [first = null, second = null, third = null] = args
  switch (name) {
    case 'tostring':
      return toText(first)
    case 'tolong':
    case 'toint':
      return toLong(first)
    case 'parse_json':
      return new Dynamic(parsed(toText(first)))
    case 'isempty':
    case 'isnotempty':
      return (toText(first) === '') === (name === 'isempty')
    case 'isnull':
      return first === null
    case 'coalesce':
      return args.find((value) => value !== null && value !== '') ?? null
    case 'iff':
      return first === true ? second : third
    case 'strcat':
      return args.map(toText).join('')
    case 'bin':
      return floor(first, second)
    case 'case':
      return args.find((_value, index) => index % 2 === 1 && args[index - 1] === true) ?? args.at(-1) ?? null
    case 'now':
      return now
    case 'datetime_diff':
      if (first === 'day') return dayOf(second) - dayOf(third)
      break
    case 'array_length':
      return first instanceof Dynamic && Array.isArray(first.value) ? BigInt(first.value.length) : null
    case 'ago':
      if (first instanceof Timespan) return new Date(now.getTime() - first.milliseconds)
  }
  throw new Error(`the function ${name} isn’t understood`)
}

const dayMilliseconds = 86_400_000

function dayOf(value: Value): bigint {
  if (!(value instanceof Date)) throw new Error('datetime_diff needs times')
  return BigInt(Math.floor(value.getTime() / dayMilliseconds))
}

function floor(value: Value, size: Value): Value {
  if (value === null) return null
  if (!(value instanceof Date && size instanceof Timespan)) throw new Error('bin needs a time and a span')
  return new Date(Math.floor(value.getTime() / size.milliseconds) * size.milliseconds)
}

/** What isn't JSON becomes a string. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
