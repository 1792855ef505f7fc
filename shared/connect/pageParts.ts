import { type Html, html } from '../http/page.ts'

/** What a page's sign tells at a glance; the heading says it in words. */
export type Sign = keyof typeof signs

/** Strokes on a field of 24 by 24. */
const signs = {
  stop: 'M12 7v6m0 3.5v.01',
  lock: 'M8 11V8.5a4 4 0 0 1 8 0V11m-9 0h10v6.5H7z',
  wait: 'M12 7.5V12l3 2',
  done: 'm7.5 12.5 3 3 6-6.5',
} as const

/** The sign above a page's heading. */
export function sign(name: Sign): Html {
  return html`<svg class="sign ${name}" viewBox="0 0 24 24" width="48" height="48" aria-hidden="true"><circle cx="12" cy="12" r="11"/><path d="${signs[name]}"/></svg>`
}

/** The administrator's link: to copy, or to open. One line, however long it is; whole without the script. */
export function adminLink(url: string): Html {
  return html`<div class="link">
<label for="admin-link">Link for your administrator</label>
<div class="line"><input id="admin-link" readonly value="${url}"><button class="button" type="button" id="copy" hidden>Copy</button></div>
<p class="quiet" id="copied" role="status"></p>
<p class="quiet">Are you the administrator? <a id="admin-consent" href="${url}">Open the link yourself</a></p>
</div>`
}

/** Copies the link; where the browser refuses, selects it for the person's own copying. */
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

/** The style of the parts above. */
export const pagePartsStyle = `
.sign{display:block;margin:0 0 1rem;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round;color:var(--accent)}
.sign circle{fill:color-mix(in srgb,currentColor 10%,transparent);stroke:none}
.sign.stop{color:var(--bad)}
.sign.done{color:var(--good)}
.link{margin-top:1.25rem}
.link label{display:block;font-weight:600;margin-bottom:.35rem}
.line{display:flex;gap:.5rem}
.line input{flex:1;min-width:0;min-height:2.75rem;padding:.5rem .75rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--paper);color:var(--ink);font:.875rem ui-monospace,SFMono-Regular,Consolas,monospace;text-overflow:ellipsis}
.support{margin:1.75rem 0 0;padding-top:1rem;border-top:1px solid var(--line)}
`
