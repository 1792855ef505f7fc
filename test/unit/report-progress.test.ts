import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createReportProgress } from '../../scripts/broker/report/progress.ts'

function show(isTTY: boolean, act: (progress: ReturnType<typeof createReportProgress>) => void): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 200 })
  let text = ''
  stream.on('data', (chunk) => {
    text += String(chunk)
  })
  const progress = createReportProgress('CampaignPerformance', stream)
  act(progress)
  progress.stop()
  return text
}

test('on a terminal, a report shows its waiting, and then its rows', () => {
  const text = show(true, (progress) => {
    progress.waiting(undefined)
    progress.waiting(undefined)
    progress.received(Buffer.from('{"A":1}\n{"A":2}\n'))
  })
  expect(text).toMatch(/CampaignPerformance 2 rows, 0\.0 MB/)
  expect(show(true, (progress) => progress.waiting(undefined))).toContain('Microsoft is making it')
})

test('a bar shows how much of a known whole is there', () => {
  expect(show(true, (progress) => progress.waiting(50))).toMatch(/\[=+-+\] Microsoft is making it/)
  const all = show(true, (progress) => {
    progress.downloaded(5, 10)
    progress.downloaded(5, 10)
  })
  expect(all).toMatch(/\[=+\] 0 rows/)
  expect(show(true, (progress) => progress.downloaded(5, undefined))).not.toMatch(/\[[=-]/)
})

test('without a terminal, nothing is written', () => {
  expect(show(false, (progress) => progress.waiting(50))).toBe('')
})
