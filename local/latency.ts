import { setTimeout as wait } from 'node:timers/promises'

/** Lets time pass before a request goes on; it keeps no process alive. */
export async function passTime(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await wait(milliseconds, undefined, { ref: false })
}
