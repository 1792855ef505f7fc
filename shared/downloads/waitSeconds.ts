import type { DownloadService } from './fileKinds.ts'

/**
 * Seconds until the first question whether a file is there. Small reports take that long; of bulk files, Microsoft asks for
 * 15 to 20 seconds (guides/bulk-download-upload.md#downloadbestpractices).
 */
export const firstWaitSeconds: Readonly<Record<DownloadService, number>> = { reporting: 5, bulk: 15 }

/** Seconds until the next question: as long again as it has taken, from the first wait to 60. */
export function waitSeconds(
  now: Date,
  { service, startedAt }: { readonly service: DownloadService; readonly startedAt: Date },
): number {
  const seconds = Math.ceil((now.getTime() - startedAt.getTime()) / 1000)
  return Math.min(Math.max(seconds, firstWaitSeconds[service]), 60)
}
