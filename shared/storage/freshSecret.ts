import { type Clock, type Randomness, TimeLimitError, withTimeLimit } from '../clock.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { Vault } from '../domain/vault.ts'

/** Dependencies of storing a new secret. */
export interface FreshSecretDependencies {
  readonly vaults: readonly Vault[]
  readonly clock: Clock
  readonly randomness: Randomness
}

/** A new secret: the same name in each vault that is tried. */
export interface FreshSecret<T> {
  readonly name: string
  readonly write: (vault: Vault) => Promise<T>
  /** Told of each vault that doesn't take the secret while there is another one. */
  readonly onPassedOver: (vault: Vault, error: unknown) => void
}

/**
 * A vault answers in some tens of milliseconds. One that doesn't costs the caller this time instead of its client's
 * retries; the last vault may use them up, because nothing comes after it.
 */
const patienceSeconds = 3

/**
 * Stores a new secret in the first vault that takes it, starting with a random one.
 * @throws the last vault's error, or at once an error that every vault would return.
 */
export async function writeToFirst<T>(
  { vaults, clock, randomness }: FreshSecretDependencies,
  { name, write, onPassedOver }: FreshSecret<T>,
): Promise<T> {
  const start = Math.floor(randomness.fraction() * vaults.length)
  const [last, ...others] = [...vaults.slice(start), ...vaults.slice(0, start)].reverse()
  if (!last) throw new StorageUnavailableError('vault', 0, 'VaultNotNamed')
  const passedOver: PassedOver[] = []
  for (const vault of others.reverse()) {
    const writing = write(vault)
    try {
      const written = await withTimeLimit(clock, patienceSeconds, 'storing a new secret', () => writing)
      removeCopies(clock, name, passedOver)
      return written
    } catch (error) {
      if (!isOfThisVault(error)) throw error
      onPassedOver(vault, error)
      passedOver.push({ vault, writing })
    }
  }
  const written = await write(last)
  removeCopies(clock, name, passedOver)
  return written
}

interface PassedOver {
  readonly vault: Vault
  readonly writing: Promise<unknown>
}

/**
 * Removes, behind the caller, what writes whose answers are missing may have left. Never before another vault has the
 * secret: the caller may repeat the whole write, and the vault may then take it.
 */
function removeCopies(clock: Clock, name: string, passedOver: readonly PassedOver[]): void {
  for (const { vault, writing } of passedOver) void removeIfWritten(clock, { vault, name, writing })
}

/** Whether another vault may take what this one doesn't: 401, 403, a name that was deleted there, 429, 5xx, and silence. */
function isOfThisVault(error: unknown): boolean {
  if (!(error instanceof StorageUnavailableError)) return error instanceof TimeLimitError
  return isUncertain(error) || [401, 403, 409, 429].includes(error.status)
}

/**
 * Whether a write with this error may have taken effect. After 429, too: the client repeats a write whose answer was
 * lost, and the vault may throttle the repetition.
 */
function isUncertain(error: unknown): boolean {
  if (!(error instanceof StorageUnavailableError)) return true
  return error.status === 0 || error.status === 429 || error.status >= 500
}

/** Waits before each try to remove a secret. After the last one, the end of the grant removes it. */
const removalWaitsSeconds = [0, 10, 60]

async function removeIfWritten(
  clock: Clock,
  { vault, name, writing }: { vault: Vault; name: string; writing: Promise<unknown> },
): Promise<void> {
  // A removal before the write has ended would come too early.
  if (!(await writing.then(() => true, isUncertain))) return
  for (const seconds of removalWaitsSeconds) {
    const isRemoved = clock
      .sleep(seconds * 1000)
      .then(() => vault.remove(name))
      .then(
        () => true,
        () => false,
      )
    if (await isRemoved) return
  }
}
