import type { HttpResponseInit } from '@azure/functions'
import type { PersonQuestion } from '../connect/askPerson.ts'
import { maskAddress, unknownAddress } from '../identity/idToken.ts'
import { icon } from './icon.ts'
import { type Html, html, pageResponse } from './page.ts'

/** A question for the page. */
export interface PersonPage {
  /** The question's token, as in the page's address. */
  readonly token: string
  readonly question: PersonQuestion
  readonly app: string | undefined
  /** Whether the person can sign in with another account, or must start again from the app. */
  readonly offersAnother: boolean
}

/** The page that shows a person whom they connect, if the app expected someone else. */
export function personPage({ app, offersAnother, question, token }: PersonPage): HttpResponseInit {
  const title = 'Is this the right account?'
  const { person, signIn } = question
  const body = html`<div class="card">
${icon('stop')}
<h1>${title}</h1>
<p>You signed in ${person === unknownAddress ? 'with an account that has no email address' : html`as ${whole(person)}`}. ${expectation(app ?? 'The app', person, signIn.loginHint ?? '')}</p>
<p>Nothing is connected yet.</p>
<form method="post" action="confirm">
<input type="hidden" name="question" value="${token}">
<p class="ways"><button class="button plain" name="answer" value="connect" id="connect">Connect this account</button>${
    offersAnother &&
    html`<button class="button plain" name="answer" value="another" id="another">Use another account</button>`
  }</p>
</form>
</div>`
  return pageResponse({ title, app, body })
}

/** Masked names of two people may look alike, or may not be known. */
function expectation(app: string, person: string, loginHint: string): Html {
  const expected = maskAddress(loginHint)
  if (expected === unknownAddress) return html`${app} expected another account.`
  return expected === person
    ? html`${app} expected a different account that looks the same when shortened: ${whole(expected)}.`
    : html`${app} expected ${whole(expected)}.`
}

const whole = (name: string) => html`<b class="whole">${name}</b>`
