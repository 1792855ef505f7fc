import * as z from 'zod'

/** The id that the apps choose for a tenant. */
export const tenantId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._~:@-]{0,127}$/,
    'must be 1 to 128 letters, digits, or . _ ~ : @ - and begin with a letter or digit',
  )

/** What `{tenant}` in a route's path stands for. */
export const tenantParams = z.object({ tenant: tenantId })

/** Whether a route's requests are about one tenant. */
export function isTenantRoute(path: string): boolean {
  return path.includes('{tenant}')
}

/** How pages are asked for. */
export const pageQuery = z.strictObject({
  limit: wholeNumber(1, 200).default(50),
  continuation: z.string().max(2000).optional(),
})

/** A whole number in a query. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
}

/** Where nothing is asked for, any field is a fault. */
export const noFields: z.ZodType = z.strictObject({})
