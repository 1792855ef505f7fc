import { type Html, html } from './page.ts'

/** The button of a link. */
interface Copying {
  readonly button: string
  readonly text: string
}

/**
 * A link to copy. It stays on one line and is complete without the script.
 * @param copying the button and what it copies. Default is the link.
 */
export function copyLink(
  id: string,
  label: string,
  url: string,
  { button, text }: Copying = { button: 'Copy', text: url },
): Html {
  return html`<div class="link">
<label for="${id}">${label}</label>
<div class="line"><input id="${id}" readonly value="${url}"><button class="button" type="button" id="copy" data-text="${text}" hidden>${button}</button></div>
<p class="quiet" id="copied" role="status"></p>
</div>`
}

/** Copies the link. If the browser refuses, selects it so that the person can copy it. */
export function copyScript(id: string, copiedText: string): string {
  return `
const link = document.getElementById('${id}'), copy = document.getElementById('copy'), copied = document.getElementById('copied')
copy.hidden = false
link.addEventListener('focus', () => link.select())
copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(copy.dataset.text)
    copied.textContent = '${copiedText}'
  } catch {
    link.focus()
    copied.textContent = 'The link is selected: copy it with your keyboard or menu.'
  }
})
`
}

/** The style of the link. */
export const copyLinkStyle = `
.link{margin-top:1.25rem}
.link label{display:block;font-weight:600;margin-bottom:.35rem}
.line{display:flex;gap:.5rem}
.line input{flex:1;min-width:0;min-height:2.75rem;padding:.5rem .75rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--paper);color:var(--ink);font:.875rem ui-monospace,SFMono-Regular,Consolas,monospace;text-overflow:ellipsis}
`
