import type { Row } from './field.ts'
import type { UnifiedKind } from './objects.ts'
import { toMoment } from './times.ts'
import { toUnified, type UnifiedOwner } from './toUnified.ts'

/** Which objects an app wants. */
export interface UnifiedPage {
  readonly limit: number
  readonly offset: number
  /** The members of an object. Default is all. */
  readonly only?: ReadonlySet<string> | undefined
  /** Only objects that changed then or later, as far as it's known when they changed. */
  readonly updatedSince?: Date | undefined
  /** Values that fields must have, by their names. */
  readonly filters: Readonly<Record<string, string>>
  /** Which rows count at all. Default is every one of the kind. */
  readonly isAbout?: ((row: Row) => boolean) | undefined
}

/**
 * Makes a page of normalized objects of the rows that match, and stops reading once it's full. The rows' order is the
 * file's.
 */
export async function readPage(
  kind: UnifiedKind,
  rows: AsyncIterable<Row>,
  { page, owner }: { readonly page: UnifiedPage; readonly owner: UnifiedOwner },
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = []
  let skipped = 0
  if (page.limit === 0) return found
  for await (const row of rows) {
    if (!isWanted(kind, row, { page, owner })) continue
    if (skipped++ < page.offset) continue
    found.push(toUnified(kind, row, { owner, only: page.only }))
    if (found.length >= page.limit) break
  }
  return found
}

function isWanted(
  { fields, includes }: UnifiedKind,
  row: Row,
  { page, owner }: { readonly page: UnifiedPage; readonly owner: UnifiedOwner },
): boolean {
  if (!includes(String(row.Type ?? '')) || page.isAbout?.(row) === false) return false
  const readField = (name: string) => fields[name]?.read(row, owner.account) ?? null
  const changedAt = page.updatedSince && toMoment(readField('updated_at') as string | null)
  if (page.updatedSince && changedAt && changedAt < page.updatedSince) return false
  return Object.entries(page.filters).every(([name, wanted]) => readField(name) === wanted)
}
