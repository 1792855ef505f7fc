import { type Html, html } from './page.ts'

/** Who asks a person to connect, and for which advertiser; undefined if it has no name. */
export interface Invitation {
  readonly app: string | undefined
  readonly account: string | undefined
}

/** The sentence that says what a link connects, so that a person notices one that wasn't meant for them. */
export function invitation({ account, app }: Invitation): Html {
  // Isolated, because a name in another script must not turn the words around it.
  const purpose = account !== undefined && html` for <b><bdi>${account}</bdi></b>`
  return html`${app ?? 'An app'} asks you to connect a Microsoft Advertising account${purpose}. If you weren’t expecting this, close this page.`
}
