/** Handwritten: forms from the documentation, forms of other crons, and forms that the parser tolerates. */
const chosen = [
  ...['0 */5 * * * *', '0 0 * * * *', '0 0 */2 * * *', '0 0 9-17 * * *', '0 30 9 * * *', '0 30 9 * * 1-5'],
  ...['0 30 9 * Jan Mon', '*/5 * * * *', '0 0 0 1 1 *', '0 0 0 13 * FRI', '0 0 0 1-7 * MON', '0 0 0 30 2 *'],
  ...[
    '0 0 0 31 4,6,9,11 *',
    '0 0 0 29 2 *',
    '0 0 0 29 2 MON',
    '0 0 0 31 2 *',
    '0,0 0 0 * * *',
    '0 0 0 * * FRI-MON',
  ],
  ...[
    '0 0 22-2 * * *',
    '0 0 0 * * Friday',
    '0 0 0 * January *',
    '0 0 0 * JANUARY-MARCH SUNDAY',
    '0 0 0 ? * *',
  ],
  ...[
    '0 0 0 L * *',
    '0 0 0 15W * *',
    '0 0 0 * * FRI#2',
    '0 0 0 * * 7',
    '0 0 0 * * 0',
    'H * * * * *',
    '0 H * * * *',
  ],
  ...[
    '0\t0 0 * * *',
    '0 0 0 * * *\t',
    '0 0 0 * * *\n',
    '\n0 0 0 * * *',
    '0 0 0 * * * ',
    ' 0 0 0 * * *',
    '0  0 0 * * *',
  ],
  ...[
    '',
    ' ',
    '*',
    '* *',
    '* * *',
    '* * * *',
    '* * * * *',
    '* * * * * *',
    '* * * * * * *',
    '@daily',
    '@every 5m',
  ],
  ...[
    '0 0 24 * * *',
    '0 60 * * * *',
    '60 * * * * *',
    '0 0 0 0 * *',
    '0 0 0 32 * *',
    '0 0 0 * 0 *',
    '0 0 0 * 13 *',
  ],
  ...[
    '-1 * * * * *',
    '0 -1 * * * *',
    '0 1- * * * *',
    '0 -5-10 * * * *',
    '0 1-2-3 * * * *',
    '0 /5 * * * *',
    '0 */ * * * *',
  ],
  ...[
    '0 */0 * * * *',
    '0 */-5 * * * *',
    '0 */100 * * * *',
    '0 5/0 * * * *',
    '0 5/10 * * * *',
    '0 5-50/10 * * * *',
  ],
  ...[
    '0 50-5/10 * * * *',
    '0 1,2,3-6/2 * * * *',
    '0 ,1 * * * *',
    '0 1, * * * *',
    '0 1,,2 * * * *',
    '0 *,5 * * * *',
  ],
  ...[
    '0 5,* * * * *',
    '0 *-5 * * * *',
    '0 5-* * * * *',
    '0 */2/3 * * * *',
    '0 *5 * * * *',
    '0 5* * * * *',
    '0 ** * * * *',
  ],
  ...[
    '0 +5 * * * *',
    '0 05 * * * *',
    '0 005 * * * *',
    '0 5.0 * * * *',
    '0 5e0 * * * *',
    '0 0x5 * * * *',
    '0 ５ * * * *',
  ],
  ...['0 99999999999 * * * *', '0 2147483647 * * * *', '0 */2147483647 * * * *', '0 0-59/2147483600 * * * *'],
  ...[
    '0 0 0 * ja *',
    '0 0 0 * j *',
    '0 0 0 * ju *',
    '0 0 0 * m *',
    '0 0 0 * * s',
    '0 0 0 * * t',
    '0 0 0 * * th',
    '0 0 0 * * we-f',
  ],
  ...[
    '0 0 0 * janu *',
    '0 0 0 * januaryy *',
    '0 0 0 * * mo,tu,1',
    '0 0 0 * jan-mar,5 *',
    '0 0 0 jan * *',
    '0 mon * * * *',
  ],
  ...[
    '0 0 0 * JÄN *',
    '0 0 0 * * SUN/2',
    '0 0 0 * * SUN-SAT/2',
    '0 0 0 * * MON/2',
    '0 0 0 1/10 * *',
    '0 0 0 10-1/3 * *',
  ],
  ...[
    '00:05:00',
    '0.00:05:00',
    '1',
    'TRUE',
    '#',
    '0 0 0 * * *;',
    '"0 0 0 * * *"',
    '0 0 0 * * 1-7',
    '0 0 0 * * 5-7',
    '0 0 0 * * 7-1',
  ],
]

const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC January february MARCH june July sept'.split(
  ' ',
)
const weekdays = 'SUN MON TUE WED THU FRI SAT Sunday monday WEDNESDAY fri'.split(' ')

/** Values for each field, with occasional values beyond its bounds. */
const fields = [
  { first: 0, last: 59, names: [] as string[] },
  { first: 0, last: 59, names: [] },
  { first: 0, last: 23, names: [] },
  { first: 1, last: 31, names: [] },
  { first: 1, last: 12, names: months },
  { first: 0, last: 6, names: weekdays },
]

/** Additions that spoil a valid schedule. */
const spoilers = [
  '?',
  'L',
  '#',
  'W',
  'H',
  '\t',
  '\n',
  ' ',
  ',',
  '-',
  '/',
  '*',
  '+',
  '.',
  '7',
  'x',
  '0',
  '\u00a0',
]

/** The schedules to compare: the handwritten ones, then generated ones, the same on each run. */
export function scheduleTexts(made: number, seed = 20_260_101): string[] {
  const random = createRandom(seed)
  return [...chosen, ...Array.from({ length: made }, () => makeSchedule(random))]
}

type Random = (below: number) => number

/** Mulberry32 by Tommy Ettinger (public domain): small, and the same everywhere. */
function createRandom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const one = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!

function makeSchedule(random: Random): string {
  const used = random(4) === 0 ? fields.slice(1) : fields
  const text = used.map((field) => makeField(random, field)).join(' ')
  if (random(8) > 0) return text
  const at = random(text.length + 1)
  return text.slice(0, at) + one(random, spoilers) + text.slice(at + random(2))
}

function makeField(random: Random, field: (typeof fields)[number]): string {
  if (random(3) === 0) return '*'
  const items = random(4) === 0 ? 1 + random(3) : 1
  return Array.from({ length: items }, () => makeItem(random, field)).join(',')
}

function makeItem(random: Random, field: (typeof fields)[number]): string {
  const start = random(6) === 0 ? '*' : makeValue(random, field)
  const range = start !== '*' && random(3) === 0 ? `${start}-${makeValue(random, field)}` : start
  return random(4) === 0 ? `${range}/${1 + random(field.last + 2)}` : range
}

function makeValue(random: Random, { first, last, names }: (typeof fields)[number]): string {
  if (names.length > 0 && random(3) === 0) return one(random, names)
  const stray = random(60) === 0 ? 1 : 0
  return String(first - stray + random(last - first + 1 + 2 * stray))
}
