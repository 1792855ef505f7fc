import type { Clock } from '../clock.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { Environment } from '../environment.ts'
import { Secret } from '../secret.ts'
import type { CallResult, CustomerManagement } from './client.ts'
import type { DeveloperTokenProof } from './faultEvidence.ts'
import type { AdvertisingFault } from './faults.ts'

/** Microsoft's published developer token of the sandbox (guides/sandbox.md): good there, of no use in production. */
export const sandboxDeveloperToken = new Secret('BBD37VB98')

/** Whether Microsoft Advertising has accepted each developer token since it was stored, shared between processes. */
export interface DeveloperTokenProofs {
  /** A call with this developer token succeeded. */
  recordAccepted(environment: Environment, developerToken: Secret): Promise<void>
  /** A call with it was refused, and the answer doesn't say why. */
  recordRefused(developerToken: Secret): void
  of(environment: Environment, developerToken: Secret): Promise<DeveloperTokenProof>
}

/** Dependencies of remembering proofs. */
export interface DeveloperTokenProofDependencies {
  readonly notes: Pick<BrokerNotes, 'read' | 'write'>
  readonly clock: Clock
  /** The environment's stored developer tokens. */
  readonly list: (
    environment: Environment,
  ) => Promise<readonly { readonly value: Secret; readonly version: string }[]>
}

interface Acceptance {
  /** When it was last accepted, to the hour; ISO 8601. */
  readonly at: string
}

const kind = 'developer-token-accepted'
/** A token that worked within this time is assumed to work. */
const provenMilliseconds = 24 * 3_600_000
/** The shortest time between a process's writes. */
const recordMilliseconds = 3_600_000
/** Refusals in a row, without a success, after which the token may have been withdrawn. */
const maxRefusals = 5

/**
 * Remembers by the secret's version, so a token that is stored again must prove itself again. If the table doesn't
 * answer, the process uses its own observations.
 */
export function createDeveloperTokenProofs(
  dependencies: DeveloperTokenProofDependencies,
): DeveloperTokenProofs {
  const { notes, clock } = dependencies
  // Keyed by the token itself, which never leaves the process.
  const acceptedAt = new Map<string, number>()
  const refusals = new Map<string, number>()
  const now = () => clock.now().getTime()
  const versionOf = async (environment: Environment, developerToken: Secret) =>
    (await dependencies.list(environment)).find(({ value }) => value.equals(developerToken))?.version
  const recall = async (environment: Environment, developerToken: Secret): Promise<number> => {
    const known = acceptedAt.get(developerToken.expose()) ?? 0
    if (now() - known < provenMilliseconds) return known
    const version = await versionOf(environment, developerToken)
    const noted = version && (await notes.read<Acceptance>(kind, version).catch(() => undefined))
    return noted ? Math.max(Date.parse(noted.at), known) : known
  }
  return {
    async recordAccepted(environment, developerToken) {
      refusals.delete(developerToken.expose())
      if (now() - (acceptedAt.get(developerToken.expose()) ?? 0) < recordMilliseconds) return
      acceptedAt.set(developerToken.expose(), now())
      const version = await versionOf(environment, developerToken)
      const accepted: Acceptance = { at: clock.now().toISOString() }
      if (version) await notes.write(kind, version, accepted)
    },
    recordRefused(developerToken) {
      refusals.set(developerToken.expose(), (refusals.get(developerToken.expose()) ?? 0) + 1)
    },
    async of(environment, developerToken) {
      if (developerToken.equals(sandboxDeveloperToken)) {
        return environment === 'sandbox' ? 'proven' : 'ofOtherEnvironment'
      }
      if ((refusals.get(developerToken.expose()) ?? 0) > maxRefusals) return 'unproven'
      const at = await recall(environment, developerToken)
      if (at === 0) return 'unproven'
      return now() - at < provenMilliseconds ? 'proven' : 'lapsed'
    },
  }
}

/** Whether a fault is Microsoft's usual 105, without a reason. */
export function isWithoutReason({ class: about, code, named, reason }: AdvertisingFault): boolean {
  return about === 'credentials' && code === 105 && reason === undefined && named === undefined
}

/**
 * Wraps an environment's Customer Management so that its faults include the known facts about the call's tokens. The
 * broker calls GetUser first: every other call uses tokens that have just worked with GetUser.
 */
export function withProofs(
  client: CustomerManagement,
  environment: Environment,
  proofs: DeveloperTokenProofs,
): CustomerManagement {
  const judged = async <T>(
    result: CallResult<T>,
    developerToken: Secret,
    accessToken: 'accepted' | 'fresh',
  ) => {
    if (result.ok) {
      await proofs.recordAccepted(environment, developerToken).catch(() => undefined)
      return result
    }
    if (accessToken === 'fresh' && isWithoutReason(result.fault)) {
      proofs.recordRefused(developerToken)
    }
    const proof = await proofs.of(environment, developerToken).catch(() => 'unproven' as const)
    return { ok: false, fault: { ...result.fault, tokens: { developerToken: proof, accessToken } } } as const
  }
  return {
    getUser: async (sent) => judged(await client.getUser(sent), sent.developerToken, 'fresh'),
    searchAccounts: async (sent, userId, pageIndex) =>
      judged(await client.searchAccounts(sent, userId, pageIndex), sent.developerToken, 'accepted'),
    findAccounts: async (sent, accountIds) =>
      judged(await client.findAccounts(sent, accountIds), sent.developerToken, 'accepted'),
    getAccountsInfo: async (sent, customerId) =>
      judged(await client.getAccountsInfo(sent, customerId), sent.developerToken, 'accepted'),
    getLinkedAccountsAndCustomersInfo: async (sent, customerId) =>
      judged(
        await client.getLinkedAccountsAndCustomersInfo(sent, customerId),
        sent.developerToken,
        'accepted',
      ),
    getAccount: async (sent, accountId) =>
      judged(await client.getAccount(sent, accountId), sent.developerToken, 'accepted'),
    getCustomer: async (sent, customerId) =>
      judged(await client.getCustomer(sent, customerId), sent.developerToken, 'accepted'),
    getCustomersInfo: async (sent) =>
      judged(await client.getCustomersInfo(sent), sent.developerToken, 'accepted'),
  }
}
