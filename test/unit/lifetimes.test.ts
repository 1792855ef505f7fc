import { expect, test } from 'vitest'
import { choiceSeconds } from '../../shared/choice/choose.ts'
import { bindingSeconds, confirmationSeconds, signInSeconds } from '../../shared/connect/lifetimes.ts'

test('a browser is recognized from its sign-in to the last page that can follow', () => {
  expect(bindingSeconds).toBeGreaterThan(signInSeconds + confirmationSeconds + choiceSeconds)
  expect(bindingSeconds).toBe(80 * 60)
})
