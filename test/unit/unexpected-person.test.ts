import { expect, test } from 'vitest'
import { isUnexpectedPerson } from '../../shared/connect/unexpectedPerson.ts'
import type { SignedInUser } from '../../shared/identity/idToken.ts'

const consenter = { issuer: 'i', subject: 's', hint: 'a…@x.example' }
const askedOf = (loginHint: string | undefined, names: Partial<SignedInUser>, grant?: object) =>
  isUnexpectedPerson(
    { ...(loginHint !== undefined && { loginHint }) },
    { ...(grant && { grant }) } as never,
    { consenter, ...names } as SignedInUser,
  )

test.each([
  ['another name', 'ada@x.example', { signInName: 'bob@x.example' }, true],
  ['the same name in another case', 'Ada@X.example', { signInName: 'ada@x.EXAMPLE' }, false],
  ['the same name with a space', ' ada@x.example ', { signInName: 'ada@x.example' }, false],
  ['the email address', 'ada@x.example', { signInName: 'ada@id.example', email: 'ADA@x.example' }, false],
  ['neither of two names', 'ada@x.example', { signInName: 'bob@id.example', email: 'bob@x.example' }, true],
  ['a part of the name', 'ada', { signInName: 'ada@x.example' }, true],
  ['no name', 'ada@x.example', {}, false],
] as const)('of a person who signed in with %s', (_title, loginHint, names, isUnexpected) => {
  expect(askedOf(loginHint, names)).toBe(isUnexpected)
})

test('without a hint, nobody is unexpected', () => {
  expect(askedOf(undefined, { signInName: 'bob@x.example' })).toBe(false)
})

test('the person who connected the tenant is expected by any name, another one isn’t', () => {
  expect(askedOf('ada@x.example', { signInName: 'bob@x.example' }, { consenter })).toBe(false)
  const other = { consenter: { ...consenter, subject: 'other' } }
  expect(askedOf('ada@x.example', { signInName: 'bob@x.example' }, other)).toBe(true)
})
