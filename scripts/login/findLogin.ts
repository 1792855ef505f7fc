import { readFile } from 'node:fs/promises'
import { UsageError } from '../commandLine.ts'
import type { Authority } from './authority.ts'
import { requestFromAzureCli } from './azureCli.ts'
import { requestAppToken } from './requestAppToken.ts'

/** A bearer token for the broker. */
export interface Login {
  readonly token: string
  /** When the token ends; undefined if it was given, because then it's read again for each call. */
  readonly expiresAt?: Date
}

/** Where a login comes from. */
export interface LoginOptions {
  readonly tokenFile?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Asks the broker where its callers get a token; only asked if no token was given. */
  readonly authority: () => Promise<Authority>
}

/**
 * The login that is there: the token in the named file or in `BROKER_TOKEN`, otherwise an app's own (a client secret, a
 * certificate, or a federated token in the environment, by the names of `EnvironmentCredential` and
 * `WorkloadIdentityCredential`), otherwise the person's who is logged in to the Azure CLI.
 * @throws UsageError if there is none, with the ways to get one.
 */
export async function findLogin({ authority, environment, tokenFile }: LoginOptions): Promise<Login> {
  const given = await readGiven(tokenFile, environment.BROKER_TOKEN)
  if (given) return { token: given }
  const where = await authority()
  return environment.AZURE_CLIENT_ID && hasCredential(environment)
    ? requestAppToken(where, environment)
    : requestForPerson(where)
}

async function readGiven(file: string | undefined, variable: string | undefined): Promise<string> {
  if (file === undefined) return variable?.trim() ?? ''
  const text = await readFile(file, 'utf8').catch(() => '')
  if (text.trim()) return text.trim()
  throw new UsageError(`There is no token in the file ${file}.`)
}

const hasCredential = (environment: LoginOptions['environment']) =>
  Boolean(
    environment.AZURE_CLIENT_SECRET ||
      environment.AZURE_CLIENT_CERTIFICATE_PATH ||
      environment.AZURE_FEDERATED_TOKEN_FILE,
  )

async function requestForPerson({ directory, scope }: Authority): Promise<Login> {
  if (!scope) throw new UsageError(`The broker names no scope of Entra. ${ways}`)
  const found = await requestFromAzureCli(scope, directory)
  if ('token' in found) return found
  throw new UsageError(`${found.noToken}\n${ways}`)
}

const ways =
  'Put a token into BROKER_TOKEN, name a file with --token-file, set AZURE_CLIENT_ID with AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, or AZURE_FEDERATED_TOKEN_FILE, or run: az login'
