import * as z from 'zod'
import { webUrl } from './settingUrls.ts'

/** A setting that is a JSON document of this shape. */
export function json<T>(schema: z.ZodType<T>) {
  return z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' })
        return z.NEVER
      }
    })
    .pipe(schema as z.ZodType<T, unknown>)
}

const text = z.string().min(1)

/** Who may issue callers' tokens. */
export const callerIssuers = z
  .array(
    z.strictObject({
      issuer: webUrl(),
      jwksUrl: webUrl(),
      audiences: z.array(text).min(1),
      algorithms: z
        .array(z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']))
        .min(1)
        .default(['RS256']),
      /** Put before the ids of its apps, with a colon; issuers of one name space may name each other's apps. */
      namespace: z
        .string()
        .regex(/^([A-Za-z0-9._-]{1,32})?$/)
        .optional(),
    }),
  )
  .min(1)
  .superRefine((list, context) => {
    for (const index of repeated(list.map(({ issuer }) => issuer)))
      context.addIssue({ code: 'custom', path: [index, 'issuer'], message: 'is there already' })
    for (const [index, { namespace }] of list.entries()) {
      if (list.length === 1 || namespace !== undefined) continue
      const message =
        'must be said when there are several issuers, for else they could name each other’s apps'
      context.addIssue({ code: 'custom', path: [index, 'namespace'], message })
    }
  })

/** One trusted issuer of callers' tokens. */
export type CallerIssuer = z.infer<typeof callerIssuers>[number]

/** The workspaces: whose they are, and where their browsers may return to. */
export const workspaces = z
  .array(
    z.strictObject({
      workspace: z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/),
      displayName: text.optional(),
      apps: z.array(text).default([]),
      returnUrls: z.array(webUrl()).default([]),
    }),
  )
  .superRefine((list, context) => {
    for (const index of repeated(list.map(({ workspace }) => workspace)))
      context.addIssue({ code: 'custom', path: [index, 'workspace'], message: 'is there already' })
    const homes = list.flatMap(({ apps }, index) =>
      apps.map((app, place) => ({ app, path: [index, 'apps', place] })),
    )
    for (const place of repeated(homes.map(({ app }) => app))) {
      const message = 'is in a workspace already; an app lives in exactly one'
      context.addIssue({ code: 'custom', path: homes[place]?.path ?? [], message })
    }
  })

/** One workspace's settings. */
export type WorkspaceSettings = z.infer<typeof workspaces>[number]

/** The places of what stands further to the front already. */
function repeated(values: readonly string[]): number[] {
  return values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []))
}
