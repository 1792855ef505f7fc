import * as z from 'zod'
import { type Tenant, type TenantName, tenantStatuses } from '../domain/tenant.ts'
import { type SummarizedRow, summaryOf, type TenantSummary } from '../domain/tenantSummary.ts'
import { environments } from '../environment.ts'
import type { Tables } from './clients.ts'
import { onRow, runStorageOperation } from './unavailable.ts'
import { workspaceIndexEntity } from './workspaceIndex.ts'

type Index = Tables['TenantsByWorkspace']

const time = z.iso.datetime().transform((text) => new Date(text))

/** A hint as it's stored: the column `summary`, as JSON. */
const storedHint = z.object({
  environment: z.enum(environments),
  status: z.enum(tenantStatuses),
  displayName: z.string().optional(),
  createdAt: time,
  connectedAt: time.optional(),
})

/** The hint of a row: the same text for the same summary. */
export function hintOf(row: SummarizedRow): string {
  const { workspace: _workspace, tenant: _tenant, ...summary } = summaryOf(row)
  return JSON.stringify(summary)
}

/** Reads a hint. Undefined if there is none, or one that this version doesn't know: then the tenant's row is read. */
export function readHint(name: TenantName, hint: unknown): TenantSummary | undefined {
  if (typeof hint !== 'string' || hint === '') return undefined
  const { data } = storedHint.safeParse(parseJson(hint))
  return data && ({ ...name, ...data } as TenantSummary)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Writes a row whose hint changes: clears the hint, writes, and sets the new hint if nobody has cleared or set it since.
 * So a crash at any line leaves no hint, or the right one, unless the audit sets the old one in between; its next round
 * corrects that ([0039](../../docs/decisions/0039-hints-in-the-listing.md)).
 */
export async function writeWithHint<T>(
  index: Index,
  next: Tenant,
  write: () => Promise<T | 'conflict'>,
): Promise<T | 'conflict'> {
  const etag = await clearHint(index, next)
  const written = await write()
  // The row is written, and the audit finds what is missing.
  if (written !== 'conflict') await setOrClear(index, next, etag).catch(() => undefined)
  return written
}

async function setOrClear(index: Index, row: Tenant, etag: string): Promise<void> {
  if ((await setHint(index, row, etag)) === 'changed') await clearHint(index, row)
}

/** Lists a tenant without a hint, which is never wrong. @returns the ETag by which the hint can be set. */
export async function clearHint(index: Index, name: TenantName): Promise<string> {
  const entity = workspaceIndexEntity(name)
  const { etag } = await runStorageOperation('tables', () => index.upsertEntity(entity, 'Merge'))
  return etag ?? ''
}

/**
 * Sets a tenant's hint.
 * @param row read or written after the listing had this `etag`.
 * @returns `changed`, and sets nothing, if the listing has been written since.
 */
export async function setHint(index: Index, row: Tenant, etag: string): Promise<'set' | 'changed'> {
  const entity = { ...workspaceIndexEntity(row), summary: hintOf(row) }
  return onRow(
    async () => {
      await index.updateEntity(entity, 'Merge', { etag })
      return 'set' as const
    },
    { absent: 'changed', changed: 'changed' },
  )
}
