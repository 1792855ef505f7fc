import * as z from 'zod'

/** A normalized object, as apps see it. Its fields are in docs/normalized.md. */
export const unifiedObject = z
  .looseObject({
    id: z.string().nullable().optional().describe('Microsoft’s ID.'),
    raw: z.record(z.string(), z.unknown()).optional().describe('Microsoft’s row, without what is empty.'),
    write: z
      .object({
        methods: z.array(z.string()).describe('Microsoft’s methods that change or delete it.'),
        path: z.string().describe('The pass-through’s path. `POST` there adds another one.'),
        headers: z.record(z.string(), z.string()).optional(),
      })
      .nullable()
      .optional()
      .describe('The operation that writes it; null if there’s none.'),
  })
  .meta({
    id: 'UnifiedObject',
    description:
      'An object in the shape of Unified.to’s. What doesn’t fit is null. `fields` limits its members.',
  })

/** A page of normalized objects. */
export const unifiedObjects = z
  .array(unifiedObject)
  .meta({ id: 'UnifiedObjects', description: 'A page of normalized objects.' })
