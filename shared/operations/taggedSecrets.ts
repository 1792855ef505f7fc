import type { GrantOwner } from '../domain/grants.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { ListableVault, ListedSecret } from '../domain/vault.ts'
import { environments, identityProviders } from '../environment.ts'
import { type MarkFromTags, parseMark } from '../storage/disconnectMarks.ts'

/** A vault secret that is a tenant's grant, according to its tags. */
export interface TaggedGrant {
  readonly vault: ListableVault
  readonly name: string
  readonly owner: GrantOwner
  readonly writtenOn: Date
}

/** The facts about tenants in the vaults' tags. */
export interface TaggedSecrets {
  /** The grants of each tenant, newest first. Sealed grants are in the tables and can't be found this way. */
  readonly grants: readonly (readonly TaggedGrant[])[]
  /** The latest disconnect of each tenant that has a mark, by its key. */
  readonly marks: ReadonlyMap<string, MarkFromTags>
}

/** Finds every grant and every mark by its tags, in one pass over the vaults. */
export async function findTagged(vaults: readonly ListableVault[]): Promise<TaggedSecrets> {
  const grants = new Map<string, TaggedGrant[]>()
  const marks = new Map<string, MarkFromTags>()
  for (const vault of vaults) {
    for await (const secret of vault.list()) {
      const grant = toGrant(vault, secret)
      if (grant) grants.set(tenantKey(grant.owner), [...(grants.get(tenantKey(grant.owner)) ?? []), grant])
      const mark = parseMark(secret)
      if (mark) marks.set(tenantKey(mark), later(mark, marks.get(tenantKey(mark))))
    }
  }
  return { grants: [...grants.values()].map(newestFirst), marks }
}

function toGrant(vault: ListableVault, { name, tags, writtenOn }: ListedSecret): TaggedGrant | undefined {
  const { workspace, tenant } = tags
  const environment = environments.find((each) => each === tags.environment)
  const identityProvider = identityProviders.find((each) => each === tags.identityProvider)
  if (!name.startsWith('grant-') || !workspace || !tenant || !environment || !identityProvider)
    return undefined
  return { vault, name, writtenOn, owner: { workspace, tenant, environment, identityProvider } }
}

function newestFirst(grants: readonly TaggedGrant[]): TaggedGrant[] {
  return grants.toSorted((a, b) => b.writtenOn.getTime() - a.writtenOn.getTime())
}

/** Two vaults have a mark of the same tenant if the first vault in the settings has changed. */
function later(one: MarkFromTags, other: MarkFromTags | undefined): MarkFromTags {
  return other && other.disconnectedAt > one.disconnectedAt ? other : one
}
