/** Randomness that a seed repeats: the only source of randomness in a simulation. */
export interface Random {
  /** A number in [0, 1). */
  fraction(): number
  /** A whole number in [0, `count`). */
  below(count: number): number
  /** Whether something of that probability happens. */
  chance(probability: number): boolean
  /** One of several; the list must not be empty. */
  pick<T>(choices: readonly T[]): T
  /** One of several words, with weighted probabilities. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T
}

/** Creates a generator from a whole number (sfc32, of the PractRand suite). */
export function createRandom(seed: number): Random {
  let a = seed | 0
  let b = Math.floor(seed / 0x1_0000_0000) | 0
  let c = 0x9e37_79b9 | 0
  let counter = 1
  const fraction = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 0x1_0000_0000
  }
  for (let round = 0; round < 12; round++) fraction()
  const below = (count: number): number => Math.floor(fraction() * count)
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick: (choices) => choices[below(choices.length)]!,
    weighted: (weights) => pickWeighted(weights, fraction()),
  }
}

function pickWeighted<T extends string>(weights: Readonly<Record<T, number>>, fraction: number): T {
  const words = Object.keys(weights) as T[]
  let rest = fraction * words.reduce((sum, word) => sum + weights[word], 0)
  for (const word of words) {
    rest -= weights[word]
    if (rest < 0) return word
  }
  return words[0]!
}
