/** The deepest objects of our own bodies: `sent` in a diagnosis. */
const maxDepth = 2

/**
 * A body without the members that are `null`: the serializers of C#, Java, Go, and Python write it for a member that is
 * unset.
 */
export function withoutNulls(value: unknown, depth = maxDepth): unknown {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === null ? [] : [[name, withoutNulls(member, depth - 1)]],
    ),
  )
}

/** The parameters of a query that have a value: generated clients write `accountId=` for one that is unset. */
export function withoutEmpty(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([, value]) => value !== ''))
}
