import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Environment } from '../../shared/environment.ts'
import type { Stack } from '../stack.ts'

/** The settings that lead to stand-ins; without them, the broker uses Microsoft's own addresses. */
const ofStandIns = /^(PRODUCTION|SANDBOX|GOOGLE)_/

/**
 * What a broker needs besides the stack's settings so that advertisers sign in at Microsoft. Its own address is
 * `localhost`, because the portal's text box refuses `127.0.0.1` as a redirect URI (reply-url); the cookie that binds the
 * browser is for that name, too.
 */
export async function realSettings(
  stack: Stack,
  environment: Environment,
  clientId: string,
): Promise<Record<string, string>> {
  const ofStack = stack.settings()
  const names = Object.keys(ofStack).filter((name) => ofStandIns.test(name))
  return {
    ...Object.fromEntries(names.map((name) => [name, ''])),
    [`${environment.toUpperCase()}_MICROSOFT_CLIENT_ID`]: clientId,
    ENVIRONMENTS: environment,
    PUBLIC_URL: publicUrlOf(stack),
    NODE_EXTRA_CA_CERTS: await joinAuthorities(ofStack.NODE_EXTRA_CA_CERTS ?? ''),
  }
}

/** The broker's address for browsers. */
export const publicUrlOf = ({ ports }: Pick<Stack, 'ports'>) => `http://localhost:${ports.broker}`

/** The vault's authority, and those that this machine trusts besides, for example a company's. @returns the file's path. */
async function joinAuthorities(own: string): Promise<string> {
  const others = process.env.NODE_EXTRA_CA_CERTS
  if (!others) return own
  const path = join(dirname(own), 'trusted.pem')
  const all = await Promise.all([own, others].map((file) => readFile(file, 'utf8')))
  await writeFile(path, all.join('\n'))
  return path
}
