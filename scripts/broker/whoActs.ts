const people: Readonly<Record<string, string>> = {
  advertiser: 'the advertiser: sign in again',
  advertiserAdmin: 'the advertiser’s administrator',
  app: 'your app: correct what it sends',
  operator: 'the operator of this broker',
}

/**
 * Names who must act, in words for a person.
 * @param actor `nobody` means that it passes; an actor of a later version is shown as it is.
 * @param waitSeconds after which to try again. Default is unknown.
 */
export function whoActs(actor: string, waitSeconds?: number): string {
  if (actor !== 'nobody') return people[actor] ?? actor
  return waitSeconds === undefined
    ? 'no one: it passes, so try again later'
    : `no one: it passes, so try again in ${waitSeconds} s`
}
