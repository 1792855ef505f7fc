/** Finds secrets in what the broker lets out. */
export interface SecretSearch {
  /** From then on the value is searched for: as it is, in other spellings, and, if it's long, a piece of it. */
  add(name: string, value: string): void
  /**
   * The names of the secrets in a text.
   * @param except secrets that may be in it: those that a vend is for. Default is none. It also permits JWTs.
   */
  find(text: string, except?: ReadonlySet<string>): string[]
  /** How many secrets are searched for. */
  size(): number
}

/** What is found without being added: the beginning of any signed token, of whatever issuer. */
const anySignedToken = 'a signed token'
const signedToken = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/

/** A shorter text occurs by chance. */
const minCharacters = 8
/** Of a longer secret, even this much is too much. */
const pieceCharacters = 24

/** Creates a search that knows no secret yet. */
export function createSecretSearch(): SecretSearch {
  const needles = new Map<string, string>()
  const names = new Set<string>()
  return {
    add(name, value) {
      if (value.length < minCharacters) throw new Error(`${name} is too short to be searched for.`)
      names.add(name)
      for (const spelling of spellingsOf(value)) needles.set(spelling, name)
    },
    find(text, except) {
      const found = new Set<string>()
      for (const [needle, name] of needles)
        if (!except?.has(name) && !found.has(name) && text.includes(needle)) found.add(name)
      if (!except && signedToken.test(text)) found.add(anySignedToken)
      return [...found]
    },
    size: () => names.size,
  }
}

function spellingsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  // The last characters depend on what follows.
  const encoded = [bytes.toString('base64'), bytes.toString('base64url')].map((text) =>
    text.replace(/=*$/, '').slice(0, -2),
  )
  return [value, encodeURIComponent(value), bytes.toString('hex'), ...encoded, ...pieceOf(value)]
}

/** A signed token's only secret is its signature: the rest is as good as public, and alike in many tokens. */
function pieceOf(value: string): string[] {
  const secret = /^eyJ[\w-]+\.[\w-]+\.([\w-]+)$/.exec(value)?.[1] ?? value
  if (secret.length < 2 * pieceCharacters) return secret.length < value.length ? [secret] : []
  const begin = (secret.length - pieceCharacters) >> 1
  return [secret.slice(begin, begin + pieceCharacters)]
}
