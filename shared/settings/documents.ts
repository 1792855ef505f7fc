import * as z from 'zod'
import { readableText } from './readableText.ts'
import type { UrlSchemas } from './urls.ts'

/** A setting whose value is a JSON document with this schema. */
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

/** Compared exactly with a token's value. */
const identifier = z
  .string()
  .trim()
  .min(1)
  .pipe(readableText)
  .refine((value) => !/^\{.*\}$/.test(value), 'is in braces; remove them')

/** The trusted issuers of callers' tokens. */
export function callerIssuers(urls: UrlSchemas) {
  return z
    .array(
      z.strictObject({
        issuer: urls.web.superRefine(refuse(faultOfIssuer)),
        jwksUrl: urls.web.superRefine(refuse(faultOfMetadata)),
        audiences: z.array(identifier).min(1),
        algorithms: z
          .array(z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']))
          .min(1)
          .default(['RS256']),
        /** The prefix of its apps' ids, before a colon; issuers with the same namespace can name each other's apps. */
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
          'is required when there are several issuers; without it they could name each other’s apps'
        context.addIssue({ code: 'custom', path: [index, 'namespace'], message })
      }
    })
}

/** A trusted issuer of callers' tokens. */
export type CallerIssuer = z.infer<ReturnType<typeof callerIssuers>>[number]

/** The workspaces: their apps, and their return URLs. */
export function workspaces(urls: UrlSchemas) {
  return z
    .array(
      z.strictObject({
        workspace: z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/),
        displayName: z.string().min(1).optional(),
        apps: z.array(identifier).default([]),
        returnUrls: z.array(urls.web.superRefine(refuse(faultOfReturnUrl))).default([]),
      }),
    )
    .superRefine((list, context) => {
      for (const index of repeated(list.map(({ workspace }) => workspace)))
        context.addIssue({ code: 'custom', path: [index, 'workspace'], message: 'is there already' })
      const homes = list.flatMap(({ apps }, index) =>
        apps.map((app, place) => ({ app, path: [index, 'apps', place] })),
      )
      for (const place of repeated(homes.map(({ app }) => app))) {
        const message = 'is already in a workspace; an app belongs to exactly one'
        context.addIssue({ code: 'custom', path: homes[place]?.path ?? [], message })
      }
    })
}

function refuse(faultOf: (value: string) => string | undefined) {
  return (value: string, context: z.RefinementCtx) => {
    const fault = faultOf(value)
    if (fault) context.addIssue(fault)
  }
}

/** Every token names the directory that issued it; no token contains `common` or the like (access-tokens.md). */
function faultOfIssuer(value: string): string | undefined {
  const [, first = ''] = URL.parse(value)?.pathname.split('/') ?? []
  if (/^(common|organizations|consumers)$/i.test(first))
    return `names ${first.toLowerCase()}, which is never a token’s issuer; use the directory’s ID`
  if (/^https:\/\/login\.microsoftonline\.com\/.*\/$/i.test(value)) return 'must not end with a slash'
  if (/^https:\/\/sts\.windows\.net\/[^/]+$/i.test(value)) return 'must end with a slash'
  return faultOfMetadata(value)
}

function faultOfMetadata(value: string): string | undefined {
  if (/[{}]|%7[bd]/i.test(value)) return 'still has a placeholder in braces; use the directory’s ID'
  return /\/\.well-known\/openid-configuration$/.test(value)
    ? 'is the metadata URL; use the `issuer` and `jwks_uri` from that document'
    : undefined
}

function faultOfReturnUrl(value: string): string | undefined {
  return value.includes('*') ? 'has a wildcard; write each return URL in full' : undefined
}

/** The positions of values that have already occurred. */
function repeated(values: readonly string[]): number[] {
  return values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []))
}
