import { describe, expect, test } from 'vitest'
import { pageStyle } from '../../shared/pages/pageStyle.ts'

const [light = {}, dark = {}] = [...pageStyle.matchAll(/:root\{([^}]*)\}/g)].map(([, text = '']) =>
  Object.fromEntries(
    [...text.matchAll(/--([\w-]+):(#\w+)/g)].map(([, name = '', colour = '']) => [name, colour]),
  ),
)

/** WCAG 2.2, relative luminance. */
function luminanceOf(colour: string): number {
  const digits = colour.length === 4 ? colour.replace(/[^#]/g, '$&$&') : colour
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one = '', other = ''): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s colours', (_title, colours) => {
  test.each(['paper', 'card'])('texts and controls have enough contrast with the %s', (ground) => {
    for (const text of ['ink', 'quiet', 'accent', 'bad', 'good'])
      expect(contrast(colours[text], colours[ground]), text).toBeGreaterThanOrEqual(4.5)
    expect(contrast(colours.edge, colours[ground]), 'edge').toBeGreaterThanOrEqual(3)
  })

  test('a button’s text is readable', () => {
    expect(contrast(colours['on-accent'], colours.accent)).toBeGreaterThanOrEqual(4.5)
  })
})
