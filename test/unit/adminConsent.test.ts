import { expect, test } from 'vitest'
import { readAdminConsent } from '../../shared/connect/adminConsent.ts'

test.each([
  ['a consent', { admin_consent: 'True', state: 'admin-consent' }, 'granted'],
  ['a consent, in upper or lower case', { admin_consent: 'true' }, 'granted'],
  [
    'a refusal that says True all the same',
    { admin_consent: 'True', error: 'access_denied', state: 'admin-consent' },
    'refused',
  ],
  ['a refusal', { admin_consent: 'False', state: 'admin-consent' }, 'refused'],
  ['a refusal without the parameter', { error: 'access_denied', state: 'admin-consent' }, 'refused'],
  ['nothing but the state', { state: 'admin-consent' }, 'refused'],
  ['a sign-in', { state: 'aou4.x', error: 'access_denied' }, undefined],
  ['nothing', {}, undefined],
])('an answer that is %s is recognized', (_title, response, read) => {
  expect(readAdminConsent(response)).toBe(read)
})
