import { readFile } from 'node:fs/promises'

/** Clock ticks per second for Linux programs (proc(5), `_SC_CLK_TCK`). */
const ticksPerSecond = 100

/** Seconds of processor time that a process has used; undefined if there is no `/proc`. */
export async function processorSeconds(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The name in parentheses may contain spaces; user and system time are the 12th and 13th fields after it.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields && (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** A process's peak memory in MiB; undefined if there is no `/proc`. */
export async function peakMebibytes(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined)
  const kibibytes = text && /^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1]
  return kibibytes ? Number(kibibytes) / 1024 : undefined
}
