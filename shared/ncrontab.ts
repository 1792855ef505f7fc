const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const weekdays = 'SUN MON TUE WED THU FRI SAT'.split(' ')

/** What a field may hold, seconds first: its bounds, and the names that stand for numbers from the first bound on. */
const fields = [
  { first: 0, last: 59, names: [] },
  { first: 0, last: 59, names: [] },
  { first: 0, last: 23, names: [] },
  { first: 1, last: 31, names: [] },
  { first: 1, last: 12, names: months },
  { first: 0, last: 6, names: weekdays },
] as const satisfies readonly Field[]

interface Field {
  readonly first: number
  readonly last: number
  readonly names: readonly string[]
}

/**
 * Whether a text is a schedule that the Functions host reads: NCRONTAB of six fields, or of five without seconds
 * (functions-bindings-timer.md, "NCRONTAB expressions"). The time spans that it reads too are not for Consumption
 * plans, so they are none here.
 */
export function isNcrontab(text: string): boolean {
  const parts = text.split(' ')
  const known = parts.length === 5 ? fields.slice(1) : fields
  return parts.length === known.length && known.every((field, index) => isField(parts[index] ?? '', field))
}

/** `*`, a number, a range, each with a step if need be; several with commas. */
function isField(text: string, field: Field): boolean {
  return text.split(',').every((item) => {
    const [range = '', step, ...more] = item.split('/')
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step))) return false
    if (range === '*') return true
    const ends = range.split('-').map((end) => toNumber(end, field))
    const [from = Number.NaN, to = from] = ends
    return ends.length <= 2 && field.first <= from && from <= to && to <= field.last
  })
}

function toNumber(text: string, { first, names }: Field): number {
  const named = names.indexOf(text.toUpperCase())
  if (named >= 0) return first + named
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
}
