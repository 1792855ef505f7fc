import * as z from 'zod'

/**
 * A tenant by its workspace and its own ID, with a slash between them. The workspace of an app that isn't listed is named
 * after the app, and can contain a slash; a tenant's ID never does.
 */
export const canaryTenant = z
  .string()
  .refine(
    (text) => text.lastIndexOf('/') > 0 && !text.endsWith('/'),
    'must be a workspace and a tenant’s ID, with / between them',
  )
  .transform((text) => {
    const end = text.lastIndexOf('/')
    return { workspace: text.slice(0, end), tenant: text.slice(end + 1) }
  })
