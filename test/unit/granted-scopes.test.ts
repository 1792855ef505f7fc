import { expect, test } from 'vitest'
import { includesScope, scopeNames } from '../../shared/identity/grantedScopes.ts'

const required = 'https://ads.microsoft.com/msads.manage'

test.each([
  ['', true],
  [required, true],
  [`openid  profile\t${required}`, true],
  ['openid msads.manage', true],
  ['https://ADS.Microsoft.com/MSADS.manage', true],
  ['https://ads.microsoft.com//msads.manage', true],
  ['https://ads.microsoft.com/v2/msads.manage', true],
  ['d42ffc93-c136-491d-b4fd-6f18168c68fd/msads.manage', true],
  ['https://api.ads.microsoft.com/msads.manage', false],
  ['https://si.ads.microsoft.com/msads.manage', false],
  ['https://ads.microsoft.com/ads.manage', false],
  ['openid profile', false],
])('"%s" includes the required scope: %s', (granted, isIncluded) => {
  expect(includesScope(granted, required)).toBe(isIncluded)
})

test('only short names reach the log, and at most ten', () => {
  expect(scopeNames(`openid ${required} <b>x</b> a\nb=c ${'y'.repeat(101)}`)).toBe(`openid ${required} a`)
  expect(scopeNames('s '.repeat(11)).split(' ')).toHaveLength(10)
})
