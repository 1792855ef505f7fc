import { asList, type Rule } from './loss.ts'

interface Issuer {
  readonly authority?: string
  readonly issuer?: string
  readonly namespace?: string
  readonly audiences?: readonly string[]
  readonly subjects?: readonly { readonly subject: string }[]
}

/** An issuer of apps' tokens is gone or has another namespace, or lacks an audience or a subject that it had. */
export const issuersRule: Rule = ({ before, after }) => {
  const [old, now] = [before, after].map((each) => asList(each) as readonly Issuer[]) as [Issuer[], Issuer[]]
  if (old.length === 0)
    return 'Only the listed issuers are trusted: apps of this directory are refused unless it is listed.'
  if (now.length === 0)
    return 'Only this directory is trusted: apps of the listed issuers are refused unless that was it.'
  const lost = old.flatMap((each) => {
    const found = now.find((other) => keyOf(other) === keyOf(each))
    return found
      ? partsLost(each, found)
      : [`Without ${nameOf(each)}, or with another namespace: its apps lose their tenants`]
  })
  return lost.length > 0 ? `${lost.join('. ')}.` : undefined
}

function partsLost(old: Issuer, now: Issuer): string[] {
  const audiences = (old.audiences ?? []).filter((each) => !now.audiences?.includes(each))
  const subjects = (old.subjects ?? []).filter(
    ({ subject }) => !now.subjects?.some((each) => each.subject === subject),
  )
  return [...audiences, ...subjects.map(({ subject }) => subject)].map(
    (each) => `${nameOf(old)} without ${each}: apps with such tokens are refused`,
  )
}

function nameOf({ authority, issuer }: Issuer): string {
  return authority ?? issuer ?? 'an issuer'
}

function keyOf(each: Issuer): string {
  return `${nameOf(each)} ${each.namespace ?? ''}`
}
