import * as z from 'zod'

/** The id that an app chooses for a tenant. */
export const tenantId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._~:@-]{0,127}$/,
    'must be 1 to 128 letters, digits, or . _ ~ : @ - and begin with a letter or digit',
  )

/** The value of `{tenant}` in a route's path. */
export const tenantParams = z.object({ tenant: tenantId })

/** Whether a route concerns a single tenant. */
export function isTenantRoute(path: string): boolean {
  return path.includes('{tenant}')
}

/** The query of a paged route. */
export const pageQuery = z.strictObject({
  limit: wholeNumber(1, 200).default(50),
  continuation: z.string().max(2000).optional(),
})

/** A whole number in a query. */
export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error))
}

/** For operations without fields: any field is a fault. */
export const noFields: z.ZodType = z.strictObject({})
