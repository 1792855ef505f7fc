import { describe, expect, test } from 'vitest'
import { quoteErrors } from '../../shared/advertising/quoteErrors.ts'

const error = {
  code: 2002,
  errorCode: 'UnknownReportType',
  message: 'The report type is unknown.',
  detail: '',
}

describe('a refusal', () => {
  test('has Microsoft’s codes with their names, and its words behind ours', () => {
    expect(quoteErrors('Refused.', [error])).toEqual({
      codes: ['2002 UnknownReportType'],
      detail: 'Refused. Microsoft’s words: “The report type is unknown.”',
    })
  })

  test('has each code and each sentence once, with the details, on one line', () => {
    const { codes, detail } = quoteErrors('Refused.', [error, { ...error, detail: ' Column:\n  X ' }])
    expect(codes).toEqual(['2002 UnknownReportType'])
    expect(detail).toBe('Refused. Microsoft’s words: “The report type is unknown. Column: X”')
  })

  test('has our sentence alone if Microsoft said nothing, or the same', () => {
    expect(quoteErrors('Refused.', [])).toEqual({ codes: [], detail: 'Refused.' })
    expect(quoteErrors('Refused.', [{ errorCode: '', message: 'Refused.', detail: '' }])).toEqual({
      codes: [],
      detail: 'Refused.',
    })
  })

  test('never has more than 20 codes and three sentences', () => {
    const errors = Array.from({ length: 500 }, (_, code) => ({ ...error, code, message: `Number ${code}.` }))
    const { codes, detail } = quoteErrors('Refused.', errors)
    expect(codes).toHaveLength(20)
    expect(detail).toBe('Refused. Microsoft’s words: “Number 0. Number 1. Number 2.”')
  })

  test('has no secret that Microsoft repeats', () => {
    const secret = `eyJ${'hbGciOiJSUzI1NiJ9'.repeat(9)}`
    const quoted = quoteErrors('Refused.', [
      { ...error, message: `AuthenticationToken: ${secret}`, detail: 'DeveloperToken=BBD37VB98' },
    ])
    expect(JSON.stringify(quoted)).not.toMatch(/eyJ|BBD37VB98/)
    expect(quoted.detail).toContain('[redacted]')
  })
})
