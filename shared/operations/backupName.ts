/** How the name of a backup begins: the time, in a form that sorts by age (ISO 8601, basic format). */
export function toNameTime(startedAt: Date): string {
  return startedAt.toISOString().replaceAll(/[-:]/g, '')
}

/** When a backup began, by its name; undefined if the name is no backup's. */
export function startOfBackup(name: string): Date | undefined {
  const found = /^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d\.\d{3}Z)-/.exec(name)
  if (!found) return undefined
  const [, year, month, hour, minute, second] = found
  const at = new Date(`${year}-${month}-${hour}:${minute}:${second}`)
  return Number.isNaN(at.getTime()) ? undefined : at
}
