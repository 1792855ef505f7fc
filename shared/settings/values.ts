import * as z from 'zod'
import { nextOccurrence, parseNcrontab } from '../ncrontab.ts'

/** Yes or no. */
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true')

/** Text on one line. */
export const text = z
  .string()
  .min(1)
  .refine((value) => !/[\t\r\n]/.test(value), 'must be one line, without tabs')

/** The id of an Entra registration or managed identity, in lower case, like in Entra's tokens. */
export const clientId = z
  .string()
  .superRefine((value, context) => {
    const fault = faultOfClientId(value)
    if (fault) context.addIssue(fault)
  })
  .toLowerCase()

/** The id of a Google OAuth client. */
export const googleClientId = z
  .string()
  .regex(
    /^[\w-]+\.apps\.googleusercontent\.com$/,
    'isn’t the ID of a Google OAuth client, which ends with .apps.googleusercontent.com',
  )

/** A schedule that the Functions host accepts. */
export const schedule = z.string().superRefine((value, context) => {
  const fault = faultOfSchedule(value)
  if (fault) context.addIssue(fault)
})

/** A whole number within limits. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
}

/** Comma-separated values without duplicates. */
export function listOf<T>(item: z.ZodType<T, string>) {
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item))
    .refine((list) => new Set(list).size === list.length, 'must list each value only once')
}

function faultOfClientId(value: string): string | undefined {
  if (/^[{(].*[)}]$/.test(value)) return 'is in braces; remove them'
  if (/^[0-9a-f]{16}$/i.test(value))
    return 'is a client ID of the retired Live SDK (16 digits); register the app in Entra'
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return 'must be a GUID'
  return /(-0{4}){3}-0{12}$/.test(value) ? 'is an example ID made of zeros' : undefined
}

/** Explains why the host wouldn't run a schedule. The host accepts a schedule that never fires, and waits forever. */
function faultOfSchedule(value: string): string | undefined {
  const parsed = parseNcrontab(value)
  if (parsed) return nextOccurrence(parsed, new Date(0)) ? undefined : 'never fires: that date doesn’t exist'
  return /^\s*-?\d[\d.:]*\s*$/.test(value)
    ? 'is a time span, which Consumption plans don’t support; use an NCRONTAB expression'
    : 'isn’t an NCRONTAB expression with six fields, seconds first, separated by spaces and without a line break'
}
