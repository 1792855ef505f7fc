import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { UsageError } from '../usageError.ts'
import type { DoctorReport } from './finding.ts'

const report = z.object({
  checks: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean().nullable(),
      detail: z.string(),
      category: z.enum(['package', 'operator']),
    }),
  ),
})

/**
 * Reads a report that `doctor --json` wrote before a deployment.
 * @returns undefined if the file is empty, because that run failed.
 * @throws UsageError if it's something else, or can't be read.
 */
export async function readReport(file: string): Promise<DoctorReport | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text?.trim() === '') return undefined
  try {
    return { healthy: false, ...report.parse(JSON.parse(text ?? '')) }
  } catch {
    throw new UsageError(`${file} isn’t a report of doctor --json.`)
  }
}
