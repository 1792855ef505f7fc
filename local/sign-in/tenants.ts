import { consumerTenantId, type Person } from '../people.ts'

/** The authorities that aren't directories. */
const sharedAuthorities = ['common', 'organizations', 'consumers'] as const

/** Whether a path's first segment is an authority: a shared one or a directory's id. */
export function isTenantPath(text: string): boolean {
  return (sharedAuthorities as readonly string[]).includes(text) || isDirectoryId(text)
}

/** Whether the text is a directory's id, a GUID in lower case. */
export function isDirectoryId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** Whether an authority accepts a person's sign-ins and refreshes. */
export function accepts(tenantPath: string, person: Person): boolean {
  switch (tenantPath) {
    case 'common':
      return true
    case 'organizations':
      return person.kind === 'work'
    case 'consumers':
      return person.kind === 'personal'
    default:
      return person.directoryId === tenantPath
  }
}

/** The directory of an authority, if there is one: the consumer directory behind `consumers`. */
export function toDirectoryId(tenantPath: string): string | undefined {
  if (tenantPath === 'consumers') return consumerTenantId
  return isDirectoryId(tenantPath) ? tenantPath : undefined
}
