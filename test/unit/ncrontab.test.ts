import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Ncrontab, nextOccurrence, parseNcrontab } from '../../shared/ncrontab.ts'

const parse = (text: string): Ncrontab => {
  const schedule = parseNcrontab(text)
  if (!schedule) throw new Error(`${JSON.stringify(text)} is no schedule`)
  return schedule
}

/** The next `count` times after `after`, as ISO texts without milliseconds. */
function follow(text: string, after: string, count: number): string[] {
  const schedule = parse(text)
  const found: string[] = []
  let last: Date | undefined = new Date(after)
  while (last && found.length < count) {
    last = nextOccurrence(schedule, last)
    found.push(last?.toISOString().replace('.000Z', 'Z') ?? 'never')
  }
  return found
}

describe('accepted, as observed with NCrontab.Signed 3.4.0', () => {
  test.each<[string, keyof Ncrontab, number[]]>([
    ['0 0,0 * * * *', 'minutes', [0]],
    ['0 30,0,15-17 * * * *', 'minutes', [0, 15, 16, 17, 30]],
    ['0 */20 * * * *', 'minutes', [0, 20, 40]],
    ['0 45/5 * * * *', 'minutes', [45, 50, 55]],
    ['0 10-20/4 * * * *', 'minutes', [10, 14, 18]],
    ['0 */25,7 * * * *', 'minutes', [0, 7, 25, 50]],
    ['0 007 * * * *', 'minutes', [7]],
    ['0 58/0 * * * *', 'minutes', [58, 59]],
    ['0 57-58/-3 * * * *', 'minutes', [57, 58]],
    ['0 */+30 * * * *', 'minutes', [0, 30]],
    ['0 */2147483647 * * * *', 'minutes', [0]],
    ['0 0 22-2/10 * * *', 'hours', [2, 12, 22]],
    ['0 0 0 1/2147483647 * *', 'days', [1]],
    ['0 0 0 1 Jan,jul,DECEMBER *', 'months', [1, 7, 12]],
    ['0 0 0 1 j,ju,juL *', 'months', [1, 6, 7]],
    ['0 0 0 1 10-oct *', 'months', [10]],
    ['0 0 0 * * FRI-MON', 'weekdays', [1, 2, 3, 4, 5]],
    ['0 0 0 * * mon/2', 'weekdays', [1, 3, 5]],
    ['0 0 0 * * T,S,sunday', 'weekdays', [0, 2]],
    ['  0 */5  * * * 5 ', 'weekdays', [5]],
    ['0 0 0 * * 5\n', 'weekdays', [5]],
    ['0 0 0 * * */\t3\r', 'weekdays', [0, 3, 6]],
    ['*/5 * * * *', 'seconds', [0]],
  ])('%j has %s %j', (text, field, values) => {
    expect(parse(text)[field]).toEqual(values)
  })
})

describe('refused, as observed with NCrontab.Signed 3.4.0', () => {
  const odd = ['?', 'L', 'LW', '1#2', 'H', '**', '*-1', '1-*', '@', '1.0', '1e1', '0x1', '+1', '-1', '1-2-3']
  const torn = ['1,', ',1', '1,,2', '1-', '-', '/', '/1', '1/', '1/2/3', '1/x', '*/ 2', '1\u00a0']
  const large = ['2147483648', '*/2147483648', '*/-2147483649', '6/2147483647']
  test.each([...odd, ...torn, ...large, '*\n', '*\t', '\t1', 'X'])('%j in any field', (item) => {
    for (const index of [0, 1, 2, 3, 4, 5]) {
      const fields = ['0', '0', '0', '*', '*', '*'].with(index, item)
      expect(parseNcrontab(fields.join(' ')), fields.join(' ')).toBeUndefined()
    }
  })

  test.each([
    '60 * * * * *',
    '0 60 * * * *',
    '0 0 24 * * *',
    '0 0 0 0 * *',
    '0 0 0 32 * *',
    '0 0 0 * 0 *',
    '0 0 0 * 13 *',
    '0 0 0 * * 7',
    '0 0 0 * * 1-7',
    '0 70/5 * * * *',
    '0 0 0 * * MAY',
    '0 0 0 * MON *',
    '0 0 MON * * *',
    '0 0 0 * * MONDAYS',
    '0 0 0 * * MON\n',
    '0 */5 * * * *\n',
    '\n0 */5 * * * *',
    '0\t*/5\t*\t*\t*\t*',
    '',
    ' ',
    '* * * *',
    '0 */5 * * * * *',
    '00:05:00',
    '@hourly',
  ])('%j', (text) => {
    expect(parseNcrontab(text)).toBeUndefined()
  })

  test('invisible characters in a name too, which NCrontab accepts if .NET has ICU', () => {
    expect(parseNcrontab('0 0 0 * * \u00adMON')).toBeUndefined()
  })
})

describe('due', () => {
  test.each([
    ['0 0 0 13 * FRI', '2026-11-24T10:02:03Z', ['2027-08-13T00:00:00Z', '2028-10-13T00:00:00Z']],
    ['0 0 0 29 2 *', '2026-11-24T10:02:03Z', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['0 0 0 29 2 MON', '2072-02-29T00:00:00Z', ['2112-02-29T00:00:00Z', '2140-02-29T00:00:00Z']],
    ['0 0 0 31 * *', '2026-01-31T00:00:00Z', ['2026-03-31T00:00:00Z', '2026-05-31T00:00:00Z']],
    ['30 59 23 31 12 *', '2026-12-31T23:59:29.999Z', ['2026-12-31T23:59:30Z', '2027-12-31T23:59:30Z']],
    ['0 */5 * * * *', '2026-11-24T10:04:59.999Z', ['2026-11-24T10:05:00Z', '2026-11-24T10:10:00Z']],
    ['0 */5 * * * *', '2026-11-24T10:05:00Z', ['2026-11-24T10:10:00Z']],
    // NCrontab 3.3.2 starts at 10:30:29 here.
    ['*/29 30 * * * *', '2026-11-24T10:04:28Z', ['2026-11-24T10:30:00Z', '2026-11-24T10:30:29Z']],
    ['* * * * *', '2026-11-24T10:04:28Z', ['2026-11-24T10:05:00Z', '2026-11-24T10:06:00Z']],
    ['* * * 31 12 *', '9999-12-31T23:59:58Z', ['9999-12-31T23:59:59Z', 'never']],
  ])('%s after %s: %j', (text, after, times) => {
    expect(follow(text, after, times.length)).toEqual(times)
  })

  test.each(['0 0 0 30 2 *', '0 0 0 31 2,4,6,9,11 *', '* * * 30,31 FEB MON'])('%s: never', (text) => {
    expect(follow(text, '2026-11-24T10:02:03Z', 1)).toEqual(['never'])
  })

  const field = (first: number, last: number) =>
    fc
      .tuple(fc.integer({ min: first, max: last }), fc.integer({ min: first, max: last }), fc.nat(3))
      .map(([one, other, form]) => ['*', `${one}`, `${one}-${other}`, `${one},${other}`][form]!)
  const hourly = fc.tuple(field(0, 23), field(1, 31), field(1, 12), field(0, 6)).map((all) => all.join(' '))
  const seconds = fc.tuple(field(0, 59), field(0, 59), field(0, 23)).map((all) => all.join(' '))
  const time = fc.date({
    min: new Date('2026-01-01T00:00:00Z'),
    max: new Date('2035-01-01T00:00:00Z'),
    noInvalidDate: true,
  })

  const isDue = (schedule: Ncrontab, at: Date) =>
    schedule.seconds.includes(at.getUTCSeconds()) &&
    schedule.minutes.includes(at.getUTCMinutes()) &&
    schedule.hours.includes(at.getUTCHours()) &&
    schedule.days.includes(at.getUTCDate()) &&
    schedule.months.includes(at.getUTCMonth() + 1) &&
    schedule.weekdays.includes(at.getUTCDay())

  /** Checks one candidate after another, as long as a plain search is affordable. */
  function searched(
    schedule: Ncrontab,
    after: Date,
    stepSeconds: number,
    candidates: number,
  ): Date | undefined {
    const step = stepSeconds * 1000
    const first = (Math.floor(after.getTime() / step) + 1) * step
    for (let at = first; at < first + candidates * step; at += step) {
      if (isDue(schedule, new Date(at))) return new Date(at)
    }
    return undefined
  }

  test('after a time, in all fields together, and nowhere in between: by the hour, over two years', () => {
    fc.assert(
      fc.property(hourly, time, (text, after) => {
        const schedule = parse(`0 0 ${text}`)
        const next = nextOccurrence(schedule, after)
        const expected = searched(schedule, after, 3600, 2 * 366 * 24)
        if (expected) expect(next).toEqual(expected)
        else if (next) {
          expect(isDue(schedule, next)).toBe(true)
          expect(next.getTime() - after.getTime()).toBeGreaterThan(2 * 365 * 86_400_000)
        }
      }),
    )
  })

  test('and by the second, over two days', () => {
    fc.assert(
      fc.property(seconds, time, (text, after) => {
        const schedule = parse(`${text} * * *`)
        expect(nextOccurrence(schedule, after)).toEqual(searched(schedule, after, 1, 2 * 86_400))
      }),
    )
  })
})
