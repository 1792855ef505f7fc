import { type Html, html } from './page.ts'

/** The administrator's link, to copy or open. It stays on one line and is complete without the script. */
export function adminLink(url: string): Html {
  return html`<div class="link">
<label for="admin-link">Link for your administrator</label>
<div class="line"><input id="admin-link" readonly value="${url}"><button class="button" type="button" id="copy" hidden>Copy</button></div>
<p class="quiet" id="copied" role="status"></p>
<p class="quiet">Are you the administrator? <a id="admin-consent" href="${url}">Open the link yourself</a></p>
</div>`
}

/** Copies the link. If the browser refuses, selects it so that the person can copy it. */
export const adminLinkScript = `
const link = document.getElementById('admin-link'), copy = document.getElementById('copy'), copied = document.getElementById('copied')
copy.hidden = false
link.addEventListener('focus', () => link.select())
copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(link.value)
    copied.textContent = 'Copied. Send it to your administrator.'
  } catch {
    link.focus()
    copied.textContent = 'The link is selected: copy it with your keyboard or menu.'
  }
})
`

/** The style of the link, and of the steps before it. */
export const adminLinkStyle = `
ol{margin:.75rem 0;padding-left:1.5rem}
li{margin:.375rem 0;overflow-wrap:anywhere}
.link{margin-top:1.25rem}
.link label{display:block;font-weight:600;margin-bottom:.35rem}
.line{display:flex;gap:.5rem}
.line input{flex:1;min-width:0;min-height:2.75rem;padding:.5rem .75rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--paper);color:var(--ink);font:.875rem ui-monospace,SFMono-Regular,Consolas,monospace;text-overflow:ellipsis}
`
