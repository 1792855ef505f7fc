import type { Environment } from '../../shared/environment.ts'
import { Secret } from '../../shared/secret.ts'
import { clientSecretName, developerTokenName } from '../../shared/secrets/brokerSecrets.ts'
import { findSecretFault } from '../../shared/secrets/wellFormed.ts'
import type { Ask } from '../ask.ts'

/** What a developer brings: the registration's client ID and secret, and the developer token. */
export type CredentialName = 'clientId' | 'clientSecret' | 'developerToken'

/** A value for each name. */
export type Credentials = Readonly<Record<CredentialName, string>>

/** Where a credential comes from, and where it's kept. */
export interface CredentialPlace {
  readonly label: string
  /** Its name in the environment and in the file of `--credentials`. */
  readonly variable: string
  /** Its name in the local vault. */
  readonly secretName: string
  readonly isSecret: boolean
  /** What is taken if nothing else is there. Default is none. */
  readonly fallback?: string
}

/** Microsoft's developer token for everyone's sandbox (advertising/guides/sandbox). */
const sandboxDeveloperToken = 'BBD37VB98'

/** The three places, in the order in which they are asked. */
export function credentialPlaces(
  environment: Environment,
): Readonly<Record<CredentialName, CredentialPlace>> {
  return {
    clientId: {
      label: 'Client ID',
      variable: 'REAL_CLIENT_ID',
      secretName: `${environment}-microsoft-client-id`,
      isSecret: false,
    },
    clientSecret: {
      label: 'Client secret',
      variable: 'REAL_CLIENT_SECRET',
      secretName: clientSecretName(environment, 'microsoft'),
      isSecret: true,
    },
    developerToken: {
      label: 'Developer token',
      variable: 'REAL_DEVELOPER_TOKEN',
      secretName: developerTokenName(environment),
      isSecret: true,
      ...(environment === 'sandbox' && { fallback: sandboxDeveloperToken }),
    },
  }
}

/** A credential is missing or can't be one. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError'
}

/** The sources of credentials. */
export interface CredentialSources {
  /** From the environment or a file, by variable; they win over everything else. */
  readonly given: Readonly<Record<string, string | undefined>>
  /** From the local vault, by the secret's name. */
  readonly kept: Readonly<Record<string, string | undefined>>
  /** Default is that nobody can be asked. */
  readonly ask?: Ask
}

/**
 * Collects the credentials: what is given, else what the person types, else what an earlier start has kept. A person is
 * always asked, so that a kept value that is wrong can be replaced; an empty answer keeps it.
 * @throws CredentialError that names each missing variable, or the one whose value can't be right.
 */
export async function collectCredentials(
  environment: Environment,
  sources: CredentialSources,
): Promise<Credentials> {
  const found: [string, string][] = []
  const missing: string[] = []
  for (const [name, place] of Object.entries(credentialPlaces(environment))) {
    const value = await findValue(place, sources)
    if (value === undefined) missing.push(place.variable)
    else found.push([name, value])
  }
  if (missing.length === 0) return Object.fromEntries(found) as Credentials
  throw new CredentialError(`Set ${missing.join(', ')}, in the environment or in the file of --credentials.`)
}

async function findValue(place: CredentialPlace, { given, kept, ask }: CredentialSources) {
  const fromOutside = given[place.variable]?.trim()
  const before = kept[place.secretName] ?? place.fallback
  if (!fromOutside && ask) return askFor(place, ask, before)
  const value = fromOutside || before
  const fault = value && findFault(place, value)
  if (fault) throw new CredentialError(`${place.variable}: ${fault}.`)
  return value
}

async function askFor(place: CredentialPlace, ask: Ask, before: string | undefined): Promise<string> {
  for (let hint = hintOf(place, before); ; ) {
    const answer = await ask({ text: `${place.label}${hint}: `, isSecret: place.isSecret })
    const value = answer || before
    const fault = value ? findFault(place, value) : 'is needed'
    if (value && !fault) return value
    hint = ` (what you typed ${fault})`
  }
}

function hintOf({ fallback, isSecret }: CredentialPlace, before: string | undefined): string {
  if (!before) return ''
  if (before === fallback) return ' (Enter for Microsoft’s own, for every sandbox)'
  return isSecret ? ' (Enter for the last one)' : ` (Enter for ${before})`
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function findFault({ isSecret, label, secretName }: CredentialPlace, value: string): string | undefined {
  if (!isSecret)
    return guid.test(value) ? undefined : 'isn’t a GUID: the portal calls it Application (client) ID'
  if (label === 'Client secret' && guid.test(value))
    return 'is the secret’s ID; the portal shows the Value beside it, once'
  return findSecretFault(secretName, new Secret(value))
}
