import { choiceSeconds } from '../choice/choose.ts'

/** A sign-in that takes longer must begin again. */
export const signInSeconds = 1800

/** How long an app has to return the confirmation code. */
export const confirmationSeconds = 900

/** A callback waits for storage, for the identity provider, and for thousands of accounts. */
const callbackSeconds = 300

/** The browser is recognized until everything that can follow its sign-in is over. */
export const bindingSeconds = signInSeconds + callbackSeconds + confirmationSeconds + choiceSeconds
