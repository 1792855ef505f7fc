import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import type { Environment } from '../../shared/environment.ts'
import type { Ask } from '../ask.ts'
import type { Step } from '../demonstration/steps.ts'
import type { Transcript } from '../demonstration/transcript.ts'
import { neededSealingKeys } from '../seed.ts'
import { seedVault } from '../seedVault.ts'
import type { Stack } from '../stack.ts'
import { CredentialError, type CredentialName, collectCredentials, credentialPlaces } from './credentials.ts'
import { publicUrlOf, realSettings } from './settings.ts'
import { realSteps } from './steps.ts'

/** How to start against the real Microsoft. */
export interface RealOptions {
  readonly environment: Environment
  /** A file with the credentials' variables, a line each. Default is none. */
  readonly credentials?: string | undefined
  /** Default is that nobody can be asked. */
  readonly ask?: Ask | undefined
  /** Opens the link in a browser. Default is only to print it. */
  readonly open?: ((url: string) => void) | undefined
  /** Whether the person has only one try to sign in. Default is until the link expires. */
  readonly once?: boolean | undefined
}

/** What the broker is started with, and the steps of its transcript. */
export interface Real {
  readonly settings: Record<string, string>
  readonly steps: readonly Step[]
}

/**
 * Prepares a started stack for the real sign-in and the real API: collects the developer's values, keeps them in the
 * local vault, and stops the stand-ins that nothing uses.
 * @throws CredentialError when a value is missing or can't be right.
 */
export async function prepareReal(
  stack: Stack,
  { ask, credentials, environment, once, open }: RealOptions,
  tell: Transcript,
): Promise<Real> {
  tell({ event: 'note', text: `Redirect URI to register under Web: ${publicUrlOf(stack)}/oauth/callback` })
  for (const name of proxiesSet())
    tell({
      event: 'note',
      text: `${name} is set. The broker doesn’t use a proxy: it needs a direct way out.`,
    })
  await Promise.all([stack.parts.google.stop(), stack.parts.advertising.stop()])
  const given = { ...process.env, ...(credentials && (await readCredentialsFile(credentials))) }
  const kept = await readKept(stack, environment)
  const values = await collectCredentials(environment, { given, kept, ...(ask && { ask }) })
  const places = Object.entries(credentialPlaces(environment)) as [CredentialName, { secretName: string }][]
  await seedVault(stack.vault, {
    ...neededSealingKeys(),
    ...Object.fromEntries(places.map(([name, { secretName }]) => [secretName, { value: values[name] }])),
  })
  return {
    settings: await realSettings(stack, environment, values.clientId),
    steps: realSteps({ environment, tell, open, once }),
  }
}

const proxiesSet = () =>
  ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].filter((name) => process.env[name])

async function readCredentialsFile(path: string): Promise<NodeJS.Dict<string>> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new CredentialError(`--credentials: ${error.message}`)
  })
  return parseEnv(text)
}

/** What an earlier start has kept; nothing of a secret that can't be read. */
async function readKept(stack: Stack, environment: Environment): Promise<Record<string, string | undefined>> {
  const names = Object.values(credentialPlaces(environment)).map(({ secretName }) => secretName)
  const read = async (name: string) => [
    name,
    await stack.vault.getSecret(name).then(
      ({ value }) => value,
      () => undefined,
    ),
  ]
  return Object.fromEntries(await Promise.all(names.map(read)))
}
