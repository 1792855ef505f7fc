import { CronExpressionParser } from 'cron-parser'
import { expect, test } from 'vitest'
import { isNcrontab } from '../../shared/ncrontab.ts'

test.each([
  '0 */5 * * * *',
  '*/30 * * * * *',
  '0 0,15,30-45 * * * *',
  '0 5/10 * * * *',
  '0 0 9-17 * * MON-FRI',
  '0 30 9 1 Jan,jul *',
  '0 0 0 31 12 6',
  '*/5 * * * *',
])('%s is a schedule, and the local host reads it too', (text) => {
  expect(isNcrontab(text)).toBe(true)
  expect(() => CronExpressionParser.parse(text)).not.toThrow()
})

test.each([
  '',
  'a b c d e f',
  '* * * *',
  '0 */5 * * * * *',
  '0  */5 * * * *',
  '60 * * * * *',
  '0 60 * * * *',
  '0 * 24 * * *',
  '0 * * 0 * *',
  '0 * * 32 * *',
  '0 * * * 13 *',
  '0 * * * * 7',
  '0 * * * * MAY',
  '0 */0 * * * *',
  '0 5-1 * * * *',
  '0 1-2-3 * * * *',
  '0 1/2/3 * * * *',
  '0 ,5 * * * *',
  '0 -5 * * * *',
  '00:05:00',
  '@hourly',
])('%s is none', (text) => {
  expect(isNcrontab(text)).toBe(false)
})
