import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createProgress } from '../../scripts/commandLine.ts'

/** A stream, either a terminal or not, with everything written to it. */
function openStream(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 200 })
  const chunks: string[] = []
  stream.on('data', (chunk) => chunks.push(String(chunk)))
  return { stream, text: () => chunks.join('') }
}

function moveThree(isTTY: boolean): string {
  const { stream, text } = openStream(isTTY)
  const progress = createProgress('Moving grants to sealed', 3, stream)
  progress.step({ moved: 1 })
  progress.step({ moved: 1, leased: 1 })
  progress.step({ moved: 2, leased: 1 })
  progress.stop()
  return text()
}

test('on a terminal, the bar shows the task, its progress, and its result', () => {
  const text = moveThree(true)
  expect(text).toMatch(/Moving grants to sealed \[-+\] 0\/3/)
  expect(text).toMatch(/Moving grants to sealed \[=+\] 3\/3 moved 2, leased 1/)
})

test('without a terminal, in a pipe or a log, nothing is written', () => {
  expect(moveThree(false)).toBe('')
})
