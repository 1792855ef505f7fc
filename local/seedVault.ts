import type { SecretClient, SecretProperties } from '@azure/keyvault-secrets'

/** A secret that a start needs. */
export interface NeededSecret {
  readonly value: string
  /** Whether the value that is there may stay. Default is that only {@link value} may. */
  readonly accepts?: (present: string) => boolean
}

/**
 * Makes every needed secret readable, with a value that works: an earlier start, or a person, may have left another
 * value, or one that is deleted, disabled, or expired. A secret that is good already stays unchanged.
 * @returns the names of those that were there and weren't good.
 */
export async function seedVault(
  vault: SecretClient,
  needed: Readonly<Record<string, NeededSecret>>,
): Promise<string[]> {
  const recovered = await recoverDeleted(vault, needed)
  const present = new Map<string, SecretProperties>()
  for await (const properties of vault.listPropertiesOfSecrets()) present.set(properties.name, properties)
  const seeded = Object.entries(needed).map(async ([name, secret]) => {
    const properties = present.get(name)
    const isChanged = await seed(vault, name, { secret, properties })
    return properties && (isChanged || recovered.includes(name)) ? [name] : []
  })
  return (await Promise.all(seeded)).flat()
}

async function recoverDeleted(vault: SecretClient, needed: object): Promise<string[]> {
  const deleted: string[] = []
  for await (const { name } of vault.listDeletedSecrets()) if (name in needed) deleted.push(name)
  for (const name of deleted)
    await (await vault.beginRecoverDeletedSecret(name, { intervalInMs: 50 })).pollUntilDone()
  return deleted
}

/** @returns whether it had to be changed. */
async function seed(
  vault: SecretClient,
  name: string,
  {
    secret,
    properties,
  }: { readonly secret: NeededSecret; readonly properties: SecretProperties | undefined },
): Promise<boolean> {
  const { value: wanted, accepts = () => false } = secret
  // A disabled value can't be read.
  const isDisabled = properties?.enabled === false
  if (properties && isDisabled) await vault.updateSecretProperties(name, '', { enabled: true })
  const before = properties && (await vault.getSecret(name)).value
  const value = before !== undefined && accepts(before) ? before : wanted
  if (before === value && !isOutOfTime(properties)) return isDisabled
  await vault.setSecret(name, value)
  return true
}

function isOutOfTime({ expiresOn, notBefore }: SecretProperties = { name: '', vaultUrl: '' }): boolean {
  const now = Date.now()
  return (expiresOn?.getTime() ?? now + 1) <= now || (notBefore?.getTime() ?? now) > now
}
