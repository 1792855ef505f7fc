import { UsageError } from './usageError.ts'

/** What an address must be like. */
export interface AddressRules {
  /** What one looks like, for the message. */
  readonly example: string
  /** What it can begin with. Default is `https` and `http`. */
  readonly schemes?: readonly string[]
  /** Whether it can contain a user name and a password. Default is false. */
  readonly takesCredentials?: boolean
}

const either = new Intl.ListFormat('en', { type: 'disjunction' })

/**
 * Parses the address of a server as a person gave it, for every option, variable, and answer that takes one.
 * @param given what the person gave it as, such as `--url`.
 * @returns the text as it is.
 * @throws UsageError if it isn't one. The message leaves out what could contain a password.
 */
export function parseAddress(given: string, text: string, rules: AddressRules): string {
  const { example, schemes = ['http', 'https'], takesCredentials = false } = rules
  const isComplete = schemes.some((scheme) => text.toLowerCase().startsWith(`${scheme}://`))
  const url = isComplete && !/[\s#]/.test(text) ? URL.parse(text) : null
  if (url && (takesCredentials || !(url.username || url.password))) return text
  const shown = text.includes('@') ? given : `${given} ${text}`.trim()
  const kinds = either.format(schemes.map((scheme) => `${scheme}://`))
  throw new UsageError(`${shown} isn’t an ${kinds} URL, like ${example}.`)
}
