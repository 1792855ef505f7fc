import { readFile } from 'node:fs/promises'
import tls from 'node:tls'
import { parseArgs } from 'node:util'
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  ChainedTokenCredential,
  type TokenCredential,
} from '@azure/identity'
import cliProgress from 'cli-progress'
import { type Broker, createBroker } from '../shared/broker.ts'
import { type Config, parseConfig } from '../shared/config.ts'
import { disallowedByPolicy, StorageUnavailableError } from '../shared/domain/storageUnavailable.ts'
import type { Vault } from '../shared/domain/vault.ts'
import { ListingDiffersError } from '../shared/operations/assertListed.ts'
import { OtherWriterError } from '../shared/operations/soleWriter.ts'
import { SettingsError } from '../shared/settings/faults.ts'
import { withoutProxies } from '../shared/settings/proxies.ts'
import { createCredential, createSecretClient } from '../shared/storage/clients.ts'
import { createVault } from '../shared/storage/vault.ts'
import { createLog } from '../shared/telemetry/log.ts'
import { askForBroker } from './askForBroker.ts'
import { BackupError } from './backup/readBackup.ts'
import { addressOptions, type CommandLine, commandLines } from './options.ts'
import { parseAddress } from './parseAddress.ts'
import { usageOf } from './usage.ts'
import { HelpWanted, UsageError } from './usageError.ts'
import { useProxies } from './useProxies.ts'

export { UsageError }

type CommandName = keyof typeof commandLines

/** Parses the options of a command, like {@link parseArguments}. */
export function parseOptions<N extends CommandName>(name: N) {
  return parseArguments(name).values
}

/**
 * Parses the options of a command and the words besides them.
 * @throws UsageError for an unknown option or too many words; HelpWanted if the person asks for help.
 */
export function parseArguments<N extends CommandName>(name: N, args = process.argv.slice(2)) {
  const line: (typeof commandLines)[N] = commandLines[name]
  return parseCommand(line, args, usageOf(name, line))
}

/**
 * Parses the arguments of a command or a verb strictly, and `--help`.
 * @param usage what to print for `--help`, and for what can't be understood.
 * @throws UsageError for an unknown option, too many words, or an address that isn't one; HelpWanted if the person asks
 *   for help.
 */
export function parseCommand<L extends CommandLine>(
  { options, words = 0 }: L,
  args: string[],
  usage: string,
) {
  const all = { ...options, help: { type: 'boolean' } } as L['options']
  const { values, positionals } = parseStrictly(all, args, usage)
  if ((values as { help?: boolean }).help) throw new HelpWanted(usage)
  if (positionals.length > words)
    throw new UsageError(`Unexpected argument '${positionals[words]}'.\n\n${usage}`)
  assertAddresses(values)
  return { values, words: positionals }
}

/** @throws UsageError if an option that takes an address has something else. */
function assertAddresses(values: Readonly<Record<string, unknown>>): void {
  for (const [option, rules] of Object.entries(addressOptions))
    for (const text of [values[option] ?? []].flat()) parseAddress(`--${option}`, String(text), rules)
}

function parseStrictly<O extends CommandLine['options']>(options: O, args: string[], usage: string) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true })
  } catch (error) {
    // What follows explains how to pass an argument that looks like an option.
    const [fault] = (error as Error).message.split('. To specify')
    throw new UsageError(`${fault}.\n\n${usage}`)
  }
}

/**
 * Raw settings: the environment's variables, overridden by the `Values` of the settings file, if one is named. A proxy in
 * the environment is the command's own way out, not a setting of the broker.
 */
export async function readSettings(file: string | undefined): Promise<Record<string, string | undefined>> {
  const own = withoutProxies(process.env)
  if (file === undefined) return own
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`Can’t read the settings file ${file}.`)
  })
  try {
    const { Values = {} } = JSON.parse(text) as { Values?: Record<string, string> }
    return { ...own, ...Values }
  } catch {
    throw new UsageError(`The settings file ${file} isn’t JSON.`)
  }
}

const missing = { ways: '--settings <file>', text: 'Settings file of the broker: ' }

/**
 * Creates the broker from the settings, like the functions do. Its log goes to standard error.
 * @param settingsFile default is the environment, and if that names no broker, the file that the person types.
 */
export async function openBroker(settingsFile: string | undefined): Promise<Broker> {
  const file = settingsFile ?? (await askForBroker(await readSettings(undefined), missing))
  const settings = await readSettings(file)
  await prepareProcess(settings)
  const config = parseConfig(settings)
  return createBroker(config, console.error, chooseCredential(settings, config))
}

/**
 * Opens a vault by its address, for steps before a broker has settings.
 */
export async function openVault(url: string, settingsFile: string | undefined): Promise<Vault> {
  const settings = await readSettings(settingsFile)
  await prepareProcess(settings)
  const verifyChallengeResource = settings.KEY_VAULT_VERIFY_CHALLENGE_RESOURCE !== 'false'
  const clientId = settings.AZURE_CLIENT_ID
  const credential = chooseCredential(settings, clientId ? { managedIdentityClientId: clientId } : {})
  return createVault(
    createSecretClient({ vault: { verifyChallengeResource } }, credential, url),
    createLog(console.error),
  )
}

/**
 * The managed identity if there is one, as on Azure and on the local stack; otherwise the user of `az login` or
 * `azd auth login`.
 */
export function chooseCredential(
  settings: Readonly<Record<string, string | undefined>>,
  config: Pick<Config, 'managedIdentityClientId'>,
): TokenCredential {
  if (settings.IDENTITY_ENDPOINT) return createCredential(config)
  return new ChainedTokenCredential(new AzureCliCredential(), new AzureDeveloperCliCredential())
}

/**
 * Applies the values that libraries read from the process instead of the settings: the identity's endpoint, and the
 * trusted TLS authority.
 */
export async function prepareProcess(settings: Readonly<Record<string, string | undefined>>): Promise<void> {
  for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'] as const) {
    if (settings[name]) process.env[name] = settings[name]
  }
  await trust(settings.NODE_EXTRA_CA_CERTS)
}

/** Node reads `NODE_EXTRA_CA_CERTS` only when it starts; a value from a settings file is applied here. */
async function trust(caFile: string | undefined): Promise<void> {
  if (!caFile || caFile === startedWith) return
  const extra = await readFile(caFile, 'utf8').catch(() => {
    throw new UsageError(`Can’t read the file in NODE_EXTRA_CA_CERTS: ${caFile}.`)
  })
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), extra])
}

const startedWith = process.env.NODE_EXTRA_CA_CERTS

/** Runs a command like {@link runOffline}; its calls follow the proxy in the environment. */
export async function run(command: () => Promise<number | undefined>): Promise<void> {
  await runOffline(() => {
    if (useProxies(process.env)) return command()
    throw new UsageError('A proxy in the environment needs Node 24.14 or later. `npm run` has it.')
  })
}

/**
 * Runs a command that calls nothing outside this machine: exit status 0 or the command's result, 1 if storage refuses or
 * doesn't answer, if its tables contradict each other, if someone else writes to them, or if a backup isn't whole, 2 with
 * a message about problems that the operator can fix. Help is printed with status 0.
 */
export async function runOffline(command: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await command()) ?? 0
  } catch (error) {
    if (error instanceof HelpWanted) {
      console.log(error.message)
      return
    }
    if (error instanceof StorageUnavailableError) {
      console.error([error.message, adviceFor(error)].filter(Boolean).join('\n'))
      process.exitCode = 1
      return
    }
    if ([ListingDiffersError, OtherWriterError, BackupError].some((kind) => error instanceof kind)) {
      console.error((error as Error).message)
      process.exitCode = 1
      return
    }
    if (!(error instanceof UsageError || error instanceof SettingsError)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
}

function adviceFor({ service, status, code }: StorageUnavailableError): string {
  if (service === 'identity' || /Credential|Authentication/.test(code))
    return 'You aren’t logged in. Run: az login'
  if (code === disallowedByPolicy)
    return 'An Azure Policy refuses this secret, whatever your role. See docs/deploy.md, "Policies of your company".'
  if (status !== 401 && status !== 403) return ''
  const roles = { vault: 'Key Vault Secrets Officer', blobs: 'Storage Blob Data Contributor' }
  const role = service in roles ? roles[service as 'vault'] : 'Storage Table Data Contributor'
  return `You need the role ${role} there. A new role assignment takes some minutes to take effect.`
}

/**
 * A progress bar on a terminal; otherwise no output.
 * @param stream default is standard error, so a command's output can be piped.
 */
export function createProgress(title: string, total: number, stream: NodeJS.WritableStream = process.stderr) {
  const format = `${title} [{bar}] {value}/{total} {notes}`
  const bar = new cliProgress.SingleBar({ format, stream, noTTYOutput: false, clearOnComplete: false })
  bar.start(total, 0, { notes: '' })
  return {
    step: (notes: Readonly<Record<string, number>>) => bar.increment(1, { notes: toText(notes) }),
    stop: () => bar.stop(),
  }
}

/** `{moved: 3, leased: 1}` as `moved 3, leased 1`. */
export function toText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
