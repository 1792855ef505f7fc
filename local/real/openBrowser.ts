import { spawn } from 'node:child_process'

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  darwin: ['open'],
  // Not `start`, which is the shell's and cuts a URL at its first ampersand.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens a URL in the person's browser. Where there is no browser, nothing happens: the link is printed as well. */
export function openBrowser(url: string): void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore' })
  child.once('error', () => {})
  child.unref()
}
