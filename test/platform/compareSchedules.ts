import { nextOccurrence, parseNcrontab } from '../../shared/ncrontab.ts'
import type { Comparison } from './report.ts'
import { scheduleTexts } from './scheduleTexts.ts'
import type { PlatformWorld } from './world.ts'

const made = 5000
const count = 5

/** Includes the end of a leap year: some starts are before February 29 and before the turn of a century. */
const starts = ['2027-12-31T23:59:58.000Z', '2026-03-01T00:00:00.000Z', '2096-02-28T12:34:56.789Z']

/** Asks NCrontab and our parser whether each schedule is valid and when it's due next. */
export async function compareSchedules({ program }: PlatformWorld, part: Comparison): Promise<void> {
  const texts = scheduleTexts(made)
  for (const from of starts) {
    const question = { texts, from, count }
    const answers = await program.ask<{ next: string[] | null }[]>('POST', '/schedules', question)
    for (const [index, text] of texts.entries()) {
      const platform = answers[index]?.next?.map((time) => new Date(time).toISOString()) ?? 'refused'
      part.same(`${JSON.stringify(text)} from ${from}`, platform, occurrences(text, new Date(from)))
    }
  }
}

function occurrences(text: string, from: Date): string[] | 'refused' {
  const schedule = parseNcrontab(text)
  if (!schedule) return 'refused'
  const found: string[] = []
  for (let time = nextOccurrence(schedule, from); time && found.length < count; ) {
    found.push(time.toISOString())
    time = nextOccurrence(schedule, time)
  }
  return found
}
