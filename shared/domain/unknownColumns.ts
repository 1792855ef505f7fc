import type { Tenant } from './tenant.ts'

/** The objects of a tenant's row whose columns begin with their name. */
const objects = ['accessToken', 'advertisingRefusal', 'grant', 'lease', 'trouble'] as const

/** One of the objects whose columns begin with its name. */
type NamedObject = (typeof objects)[number]

/**
 * Columns that only a later version knows, without those of objects that are over: `grantAnything` of one person must not
 * become a part of the next person's grant. Undefined if none are left.
 * @param isOver says whether an object has ended, or was replaced.
 */
export function withoutEndedObjects(
  columns: Tenant['unknownColumns'],
  isOver: (object: NamedObject) => boolean,
): Tenant['unknownColumns'] {
  const ended = objects.filter(isOver)
  const isKept = ([column]: readonly [string, unknown]) =>
    !ended.some((object) => column.startsWith(object) && /^[A-Z]/.test(column.slice(object.length)))
  return columns && Object.fromEntries(Object.entries(columns).filter(isKept))
}
