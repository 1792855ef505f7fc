import type { HttpResponseInit } from '@azure/functions'
import { type ChoiceDraft, defaultCandidates, toChoiceView } from '../choice/draft.ts'
import {
  accountList,
  type ChoicePage,
  defaultButton,
  faultMessage,
  hiddenFields,
  pageTitle,
  searchBox,
} from './choosePageParts.ts'
import { choiceScript } from './choosePageScript.ts'
import { choiceStyle } from './choosePageStyle.ts'
import { type Html, html, pageResponse } from './page.ts'

/**
 * The page on which a person selects the app's accounts, then the one on which they select the default. A
 * plain form: searching, selecting, and paging post it too, so everything works without a script.
 */
export function choicePage(page: ChoicePage): HttpResponseInit {
  const { draft, fault, open } = page
  const title = titleOf(page)
  const view = toChoiceView(draft, open.accounts)
  const { length: total } = draft.step === 'default' ? defaultCandidates(draft, open.accounts) : open.accounts
  const body = html`<form method="post" action="accounts">
${defaultButton(total)}
<h1>${title}</h1>
${fault && faultMessage(fault.text)}
${draft.step === 'default' ? aboutDefault(page) : aboutAccounts(page)}
${hiddenFields(page, view)}
<div class="pick">
${searchBox(draft, total)}
${accountList(page, view)}
${draft.step === 'accounts' && html`<p class="quiet">Your Microsoft permission covers all your accounts. ${page.app ?? 'The app'} gets only the ones you choose here.</p>`}
</div>
<div class="finish" id="finish" tabindex="-1">
<p id="ticked" role="status" hidden></p>
<div><button class="button" name="go" value="choose" id="choose">Continue</button>
${draft.step === 'default' ? back : later}</div>
</div>
</form>`
  return pageResponse(
    {
      title: pageTitle(page, view, title),
      app: page.app,
      body,
      status: fault?.status ?? 200,
      script: choiceScript,
    },
    choiceStyle,
  )
}

const later = html`<button class="button plain" name="go" value="later">Decide later</button>`
const back = html`<button class="button plain" name="go" value="back">Back</button>`

function titleOf({ app = 'the app', draft }: ChoicePage): string {
  return draft.step === 'default' ? 'Which account should be the default?' : `Choose accounts for ${app}`
}

function aboutAccounts({ draft, open }: ChoicePage): Html {
  const total = open.accounts.length
  const scope = (value: ChoiceDraft['scope'], text: string) =>
    html`<label><input type="radio" name="scope" value="${value}"${draft.scope === value && html` checked`}><span>${text}</span></label>`
  return html`<p class="quiet">Signed in as <span class="whole">${open.person}</span></p>
<fieldset class="scope">
<legend class="unseen">Accounts</legend>
${scope('these', 'Only some')}
${scope('all', `All ${total.toLocaleString('en')}`)}
</fieldset>
<p class="quiet all">This includes accounts you get access to later.</p>`
}

function aboutDefault({ app = 'The app' }: ChoicePage): Html {
  return html`<p class="quiet">${app} uses it unless it names another account.</p>`
}
