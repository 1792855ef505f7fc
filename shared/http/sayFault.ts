import type * as z from 'zod'

/** What a schema has found, before it has words. */
type Issue = z.core.$ZodRawIssue

/**
 * Says in plain words what a field must be, as the end of a sentence that begins with its name: `must be text, not a
 * number`. For `safeParse`; a schema's own message takes precedence. A value that was sent is never quoted.
 */
export function sayFault(issue: Issue): string {
  const rule = ruleOf(issue)
  return issue.input === undefined ? `is missing; it ${rule}` : `${rule}${insteadOf(issue)}`
}

function ruleOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${types[issue.expected] ?? 'something else'}`
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`
    case 'invalid_format':
      return `must be ${formats[issue.format] ?? 'written differently'}`
    case 'too_small':
    case 'too_big':
      return boundOf(issue)
    case 'unrecognized_keys':
      return unknownField(issue)
    case 'invalid_union':
      return `must ${[...new Set(issue.errors.map(([first]) => first?.message.replace(/^.*?must /, '')))].join(', or ')}`
    default:
      return 'isn’t valid'
  }
}

const types: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const formats: Readonly<Record<string, string>> = {
  datetime: 'a time with its zone, like 2026-11-27T06:00:00Z',
  date: 'a date like 2026-11-27',
  guid: 'an ID like 12345678-90ab-cdef-1234-567890abcdef',
}

/** What was sent, if it's of the wrong kind. */
function insteadOf({ code, input }: Issue): string {
  if (code !== 'invalid_type') return ''
  if (Array.isArray(input)) return ', not a list'
  const kinds: Readonly<Record<string, string>> = { string: 'text', number: 'a number', object: 'an object' }
  return `, not ${input === null ? 'null' : (kinds[typeof input] ?? input)}`
}

function boundOf(issue: Issue & { readonly code: 'too_small' | 'too_big' }): string {
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum
  const units: Readonly<Record<string, string>> = { string: 'characters', array: 'items' }
  const unit = units[issue.origin]
  if (unit && issue.code === 'too_small' && bound === 1) return 'must not be empty'
  const most = issue.code === 'too_small' ? 'at least' : 'at most'
  return unit ? `must have ${most} ${bound} ${unit}` : `must be ${most} ${bound}`
}

function unknownField({ inst }: Issue): string {
  const { shape = {} } = (inst as Partial<z.core.$ZodObject> | undefined)?._zod?.def ?? {}
  const names = Object.keys(shape)
  return `isn’t a known field; ${names.length > 0 ? `known are ${names.join(', ')}` : 'there are none'}`
}
