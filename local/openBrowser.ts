import { spawn } from 'node:child_process'

/** What opens a URL on each system; none of them is a shell, so no character of the URL means anything to it. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  darwin: ['open'],
  // Not `start`, which is the shell's and cuts a URL at its first ampersand.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens a URL in the person's browser. Returns whether something was there to open it. */
export function openBrowser(url: string): Promise<boolean> {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  return new Promise((resolve) => {
    const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
