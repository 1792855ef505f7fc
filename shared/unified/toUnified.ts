import type { Row, RowAccount } from './field.ts'
import type { UnifiedKind } from './objects.ts'

/** What an object belongs to. */
export interface UnifiedOwner {
  readonly tenant: string
  readonly account: RowAccount
}

/** The members of an object besides the fields of its kind. */
export const ownMembers = ['raw', 'write'] as const

/**
 * Makes a normalized object of a row: every field, null if nothing of Microsoft's fits, then the row itself, and the
 * pass-through's operation that writes it. Pure.
 * @param only the members to return. Default is all.
 */
export function toUnified(
  { fields, writtenBy }: UnifiedKind,
  row: Row,
  { owner, only }: { readonly owner: UnifiedOwner; readonly only?: ReadonlySet<string> | undefined },
): Record<string, unknown> {
  const { tenant, account } = owner
  const written = writtenBy(String(row.Type ?? ''))
  const members: Record<string, () => unknown> = {
    ...Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, () => field?.read(row, account) ?? null]),
    ),
    raw: () => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
    write: () =>
      written && {
        methods: written.methods,
        path: `/v1/tenants/${tenant}/ads/${written.path}`,
        ...(account.accountId && { headers: { 'X-Account-Id': account.accountId } }),
      },
  }
  const names = Object.keys(members).filter((name) => !only || only.has(name))
  return Object.fromEntries(names.map((name) => [name, members[name]?.()]))
}
