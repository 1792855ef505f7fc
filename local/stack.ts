import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { SecretClient } from '@azure/keyvault-secrets'
import { redirectUriOf } from '../shared/identity/redirectUri.ts'
import { startAdvertising } from './advertising/advertising.ts'
import { localDeveloperTokens } from './advertising/caller.ts'
import { createGoogleTokenVerifier, createMicrosoftTokenVerifier } from './advertising/verifiers.ts'
import type { World } from './advertising/world.ts'
import { type CallingAppName, callingAppClients, homeDirectoryId, requestCallerToken } from './callers.ts'
import { createLocalCertificate, type LocalCertificate } from './certificate.ts'
import { type RunningCollector, startCollector } from './collector/collector.ts'
import { type RunningIdentityEndpoint, startIdentityEndpoint } from './identity-endpoint.ts'
import { type Part, startPart } from './part.ts'
import { assertPortsFree, findFreePort } from './ports.ts'
import { startReturnPage } from './return-page.ts'
import { neededSecrets, seedStorage, webClientsOf } from './seed.ts'
import { seedVault } from './seedVault.ts'
import type { RunningService } from './service.ts'
import {
  authorityFile,
  brokerSettings,
  defaultPorts,
  identityHeader,
  type PortName,
  type Ports,
  readPorts,
  returnUrlAt,
  storageConnection,
} from './settings.ts'
import { type RunningGoogleSignIn, startGoogleSignIn } from './sign-in/google.ts'
import { type RunningMicrosoftSignIn, startMicrosoftSignIn } from './sign-in/microsoft.ts'
import { type RunningStorage, startStorage } from './storage.ts'
import { createTokenVerifier } from './token-verifier.ts'
import { type RunningVault, startVault } from './vault/vault.ts'
import { createVaultClient } from './vaultClient.ts'

/** Options of the local stack. */
export interface StackOptions {
  /** The data folder. Default is a temporary folder that is removed with the stack, with storage in memory. */
  readonly folder?: string
  /** `fixed` uses those of {@link defaultPorts} and the environment's variables, `free` uses any free ports. */
  readonly ports: 'fixed' | 'free'
  /** Whether the Microsoft sign-in revokes a refresh token on use. Default is false. */
  readonly strict?: boolean
  /** Whether the broker's own vault is empty, as after a first deployment. Default is false. */
  readonly emptyVault?: boolean
  /** Prefix of every table's name. Default is none. */
  readonly tablesPrefix?: string
  /** More return URLs that every workspace allows. Default is none. */
  readonly returnUrls?: readonly string[]
  /** The contents of the Advertising stand-in. Default is the world of the local people. */
  readonly world?: World
}

/** The parts, which can be stopped and started separately. */
export interface StackParts {
  /** In memory, and so empty after a restart, unless the stack has a folder. Its tables are behind a front. */
  readonly azurite: Part<RunningStorage>
  readonly identityEndpoint: Part<RunningIdentityEndpoint>
  readonly vault: Part<RunningVault>
  readonly grantVault: Part<RunningVault>
  readonly signIn: Part<RunningMicrosoftSignIn>
  readonly google: Part<RunningGoogleSignIn>
  readonly advertising: Part
  /** Receives the broker's traces and metrics. */
  readonly collector: Part<RunningCollector>
  /** The calling app's page at the return URL. */
  readonly returnPage: Part
}

/** A running local stack: all dependencies of the broker. */
export interface Stack {
  readonly folder: string
  /** The ports of all parts; `broker` is for the first broker. */
  readonly ports: Ports
  readonly parts: StackParts
  /** The return URL that every workspace allows. */
  readonly returnUrl: string
  /**
   * Every setting of a broker process.
   * @param brokerPort its port for browsers and apps; its redirect URI is registered. Default is the first broker's.
   */
  settings(brokerPort?: number): Record<string, string>
  /** A client of the vault with the broker's own secrets. */
  readonly vault: SecretClient
  /** The secrets that an earlier start had left unusable, and that this one has replaced. */
  readonly replacedSecrets: readonly string[]
  /** A bearer token of a calling app. Default is `demo-app`'s. */
  callerToken(app?: CallingAppName): Promise<string>
  /** Stops every running part, and removes the folder if it's temporary. */
  stop(): Promise<void>
}

interface Ground {
  readonly folder: string
  readonly ports: Ports
  readonly certificate: LocalCertificate
  /** The redirect URIs registered at Microsoft and at Google; the lists grow while the stack runs. */
  readonly redirectUris: string[]
  readonly googleRedirectUris: string[]
  readonly options: StackOptions
  readonly replacedSecrets: string[]
  /** Every part, in start order. */
  readonly starting: Promise<Part>[]
}

/**
 * Starts the local stack: storage, vaults, managed identity, sign-ins, and Microsoft Advertising, with tables,
 * queues, secrets, and registrations in place. A second start on the same folder finds everything unchanged.
 * @throws PortsTakenError with every taken port and the variable that changes it.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const ports = options.ports === 'free' ? await freePorts() : readPorts(process.env)
  const partPorts = (Object.keys(defaultPorts) as PortName[]).filter((name) => name !== 'broker')
  await assertPortsFree(ports, partPorts)
  const folder = options.folder ? resolve(options.folder) : await mkdtemp(join(tmpdir(), 'broker-stack-'))
  const certificate = await createLocalCertificate(dirname(join(folder, authorityFile)))
  const ground: Ground = {
    folder,
    ports,
    certificate,
    redirectUris: [],
    googleRedirectUris: [],
    replacedSecrets: [],
    options,
    starting: [],
  }
  try {
    return toStack(ground, await startParts(ground))
  } catch (error) {
    await stopAll(ground)
    throw error
  }
}

/** Stops all started parts and those still starting, even if some have failed. */
async function stopAll({ starting, options, folder }: Ground): Promise<void> {
  const settled = await Promise.allSettled(starting)
  await Promise.all(settled.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)))
  if (!options.folder) await rm(folder, { recursive: true, force: true })
}

async function startParts(ground: Ground): Promise<StackParts> {
  const { options, ports, starting } = ground
  const start = <T extends RunningService>(open: (before: T | undefined) => Promise<T>): Promise<Part<T>> => {
    const part = startPart(open)
    starting.push(part)
    return part
  }
  const identityEndpoint = await start(openIdentityEndpoint(ground))
  const [azurite, vault, grantVault, signIn, google, collector, returnPage] = await Promise.all([
    start(openAzurite(ground)),
    start(openVault(ground, 'vault', identityEndpoint.origin)),
    start(openVault(ground, 'grantVault', identityEndpoint.origin)),
    start(openSignIn(ground, identityEndpoint.service.federated)),
    start(openGoogle(ground)),
    start((before?: RunningCollector) => startCollector({ port: before?.port ?? ports.collector })),
    start((before) => startReturnPage(before?.port ?? ports.returnPage)),
  ])
  const [advertising] = await Promise.all([
    start(openAdvertising(ground, signIn.origin, google.origin)),
    options.emptyVault || fillVault(ground, toVaultClient(ground, vault, identityEndpoint)),
  ])
  return { azurite, identityEndpoint, vault, grantVault, signIn, google, advertising, collector, returnPage }
}

async function fillVault({ replacedSecrets }: Ground, vault: SecretClient): Promise<void> {
  replacedSecrets.push(...(await seedVault(vault, neededSecrets())))
}

function toVaultClient(
  { certificate }: Ground,
  vault: Part<RunningVault>,
  identityEndpoint: Part<RunningIdentityEndpoint>,
): SecretClient {
  const { endpoint } = identityEndpoint.service
  return createVaultClient({
    vaultUrl: vault.origin,
    identityEndpoint: endpoint,
    ca: certificate.caCert,
  })
}

function openIdentityEndpoint({ ports }: Ground) {
  return (before?: RunningIdentityEndpoint) =>
    startIdentityEndpoint({ port: before?.port ?? ports.identityEndpoint, header: identityHeader })
}

/** Tables and queues are created on each start: without a folder, a restart loses them. */
function openAzurite({ folder, ports, options }: Ground) {
  return async (before?: RunningStorage) => {
    const kept = options.folder && { folder: join(folder, 'azurite') }
    const azurite = await startStorage({ ...(before?.ports ?? ports), ...kept })
    await seedStorage(storageConnection({ ...ports, ...azurite.ports }), options.tablesPrefix ?? '')
    return azurite
  }
}

function openVault({ folder, ports, certificate }: Ground, name: 'vault' | 'grantVault', identity: string) {
  const verifyToken = createTokenVerifier(identity)
  const dataFile = join(folder, `${name}.jsonl`)
  return (before?: RunningVault) =>
    startVault({ port: before?.port ?? ports[name], tls: certificate, verifyToken, dataFile })
}

/** The broker's registrations accept its secrets, and its managed identity (`CLIENT_AUTHENTICATION`). */
function openSignIn(
  { folder, ports, certificate, redirectUris, options }: Ground,
  federated: RunningIdentityEndpoint['federated'],
) {
  const ours = webClientsOf('microsoft', redirectUris).map((client) => ({ ...client, federated }))
  return (before?: RunningMicrosoftSignIn) =>
    startMicrosoftSignIn({
      port: before?.port ?? ports.signIn,
      secure: { port: ports.secureSignIn, tls: certificate },
      adfsDirectoryId: homeDirectoryId,
      clients: [...ours, ...callingAppClients()],
      strict: options.strict ?? false,
      dataFile: join(folder, 'sign-in.jsonl'),
    })
}

function openGoogle({ folder, ports, googleRedirectUris }: Ground) {
  return (before?: RunningGoogleSignIn) =>
    startGoogleSignIn({
      port: before?.port ?? ports.google,
      clients: webClientsOf('google', googleRedirectUris),
      dataFile: join(folder, 'google.jsonl'),
    })
}

function openAdvertising({ ports, options }: Ground, signInOrigin: string, googleOrigin: string) {
  return (before?: RunningService) =>
    startAdvertising({
      port: before?.port ?? ports.advertising,
      developerTokens: localDeveloperTokens,
      verifyMicrosoftToken: createMicrosoftTokenVerifier(signInOrigin),
      verifyGoogleToken: createGoogleTokenVerifier(googleOrigin),
      ...(options.world && { world: options.world }),
    })
}

function toStack(ground: Ground, parts: StackParts): Stack {
  const { azurite, ...others } = parts
  const partPorts = Object.fromEntries(Object.entries(others).map(([name, { port }]) => [name, port]))
  const ports = { ...ground.ports, ...azurite.service.ports, ...partPorts } as Ports
  const stack: Stack = {
    folder: ground.folder,
    ports,
    parts,
    returnUrl: returnUrlAt(ports.returnPage),
    settings(broker = ports.broker) {
      const { tablesPrefix, returnUrls } = ground.options
      const settings = brokerSettings({ ...ports, broker }, ground.certificate.caPath, returnUrls)
      const redirectUri = `${settings.PUBLIC_URL}/oauth/callback`
      register(ground.redirectUris, redirectUri)
      register(ground.googleRedirectUris, redirectUriOf({ redirectUri }, 'google'))
      return tablesPrefix ? { ...settings, TABLES_PREFIX: tablesPrefix } : settings
    },
    vault: toVaultClient(ground, parts.vault, parts.identityEndpoint),
    replacedSecrets: ground.replacedSecrets,
    callerToken: (app = 'demo-app') => requestCallerToken(parts.signIn.origin, app),
    stop: () => stopAll(ground),
  }
  // Registers the first broker's redirect URI from the start.
  stack.settings()
  return stack
}

function register(redirectUris: string[], redirectUri: string): void {
  if (!redirectUris.includes(redirectUri)) redirectUris.push(redirectUri)
}

/** Chosen before anything starts, because registrations name them and a restarted part uses its own again. */
async function freePorts(): Promise<Ports> {
  const entries = Object.keys(defaultPorts).map(async (name) => [name, await findFreePort()] as const)
  return Object.fromEntries(await Promise.all(entries)) as Ports
}
