import { z } from 'zod'
import type { Clock } from './clock.ts'
import { changeable, type Inventories, sizesFor } from './inventory/inventory.ts'

/** The body of `POST /_control/content`: what an account contains, in reports, bulk files, and campaigns alike. */
export const contentSchema = z.strictObject({
  accountId: z.string().regex(/^\d{1,19}$/),
  /** The number of keywords, rounded up to 5,000s from 10,000 on: 100 in an ad group, 5,000 in a campaign. */
  keywords: z.int().positive().max(10_000_000).optional(),
  /** Or the sizes one by one; no campaigns means no data. The usual ones are 8, 2, and 3. */
  sizes: z
    .strictObject({
      campaigns: z.int().nonnegative().max(10_000),
      adGroups: z.int().nonnegative().max(1000),
      keywords: z.int().nonnegative().max(1000),
    })
    .optional(),
  /** Entities that change now, by their ordinal in the account. A delta shows them. */
  changes: z
    .array(
      z.strictObject({
        kind: z.enum(changeable),
        ordinal: z.int().nonnegative(),
        status: z.enum(['Active', 'Paused', 'Deleted']),
      }),
    )
    .optional(),
  /** Deltas from before now get FailedFullSyncRequired, as after a data migration. */
  migrate: z.literal(true).optional(),
  /** How many days before today have no complete data yet: a report of only complete data gets 2004. */
  incompleteDays: z.int().nonnegative().optional(),
})

/** Changes what an account contains; answers its sizes. */
export function changeContent(
  { inventories, clock }: { readonly inventories: Inventories; readonly clock: Clock },
  { accountId, keywords, sizes, changes = [], migrate, incompleteDays }: z.infer<typeof contentSchema>,
): object {
  const id = BigInt(accountId)
  const size = keywords === undefined ? sizes : sizesFor(keywords)
  const inventory = size ? inventories.resize(id, size) : inventories.of(id)
  const at = clock.now()
  for (const { kind, ordinal, status } of changes) inventory.changes.set(`${kind}:${ordinal}`, { at, status })
  if (migrate) inventory.migratedAt = at
  if (incompleteDays !== undefined) inventory.incompleteDays = incompleteDays
  return { sizes: inventory.sizes }
}
