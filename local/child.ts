import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A child process of the local stack, in its own process group. */
export interface Child {
  readonly pid: number
  /** Whether it's still running. */
  isRunning(): boolean
  /** Waits for a line that the pattern matches. @throws Error with the last output if the child ends first. */
  waitForLine(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends a signal to the whole group, waits for the end, and returns the exit code: null if a signal was the end. */
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** Asks the child to stop, and kills it after 10 seconds. */
  stop(): Promise<void>
}

/** Options of a child process. */
export interface ChildOptions {
  /** Its name in messages. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** Whether it's a Node process that imports {@link endsWithParent}. Default is false. */
  readonly followsParent?: boolean
  /** Receives each line of both outputs. Default is to ignore them. */
  readonly onLine?: (line: string) => void
}

/** For Node's `--import`: ends a process as soon as its parent is gone, for any reason. */
export const endsWithParent = `data:text/javascript,${encodeURIComponent(
  "process.on('disconnect', () => process.kill(process.pid, 'SIGTERM')); process.channel?.unref()",
)}`

const stopMilliseconds = 10_000
/** A busy child writes more than a page between two looks at it. */
const keptLines = 2000
const shownLines = 40

/** Starts a child process. It doesn't receive the terminal's Ctrl-C; its parent stops it in order. */
export function startChild(options: ChildOptions): Child {
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.followsParent ? (['ipc'] as const) : [])],
  })
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>(options.onLine ? [options.onLine] : [])
  const ended = once(child, 'close').catch((error: Error) => void lines.push(error.message))
  for (const input of [child.stdout!, child.stderr!]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line)
      if (lines.length > keptLines) lines.shift()
      for (const listener of listeners) listener(line)
    })
  }
  const kill = async (signal: NodeJS.Signals) => {
    sendSignal(child, signal)
    await ended
    return child.exitCode
  }
  return {
    pid: child.pid ?? 0,
    isRunning: () => isRunning(child),
    waitForLine: (pattern) => waitForLine(pattern, listeners, lines, ended, options.name),
    kill,
    async stop() {
      const giveUp = setTimeout(() => sendSignal(child, 'SIGKILL'), stopMilliseconds)
      await kill('SIGTERM').finally(() => clearTimeout(giveUp))
    },
  }
}

const isRunning = (child: ChildProcess) =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null

function sendSignal(child: ChildProcess, signal: NodeJS.Signals): void {
  if (!isRunning(child)) return
  try {
    process.kill(-child.pid!, signal)
  } catch {
    // Windows has no process groups.
    child.kill(signal)
  }
}

async function waitForLine(
  pattern: RegExp,
  listeners: Set<(line: string) => void>,
  lines: readonly string[],
  ended: Promise<unknown>,
  name: string,
): Promise<RegExpExecArray> {
  for (const line of lines) {
    const match = pattern.exec(line)
    if (match) return match
  }
  return new Promise((resolve, reject) => {
    const listener = (line: string) => {
      const match = pattern.exec(line)
      if (!match) return
      listeners.delete(listener)
      resolve(match)
    }
    listeners.add(listener)
    void ended.then(() =>
      reject(new Error(`${name} ended while it was starting:\n${lines.slice(-shownLines).join('\n')}`)),
    )
  })
}
