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

/** Text that is compared exactly with a token's value. */
export const identifier = z
  .string()
  .trim()
  .min(1)
  .pipe(readableText)
  .refine((value) => !/^\{.*\}$/.test(value), 'is in braces; remove them')

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

/** Refuses a value with its fault, if it has one. */
export function refuse(faultOf: (value: string) => string | undefined) {
  return (value: string, context: z.RefinementCtx) => {
    const fault = faultOf(value)
    if (fault) context.addIssue(fault)
  }
}

function faultOfReturnUrl(value: string): string | undefined {
  return value.includes('*') ? 'has a wildcard; write each return URL in full' : undefined
}

/** The positions of values that have already occurred. */
export function repeated(values: readonly string[]): number[] {
  return values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []))
}
