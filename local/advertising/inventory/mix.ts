/**
 * A 32-bit number that follows from the others and looks random: what an account contains is the same on each start.
 * The steps are MurmurHash3's finalizer.
 */
export function mix(seed: number, first: number, second = 0): number {
  let hash = Math.imul(seed ^ Math.imul(first + 0x9e37, 0x85ebca6b), 0xc2b2ae35)
  hash ^= hash >>> 15
  hash = Math.imul(hash ^ Math.imul(second + 0x79b9, 0xc2b2ae35), 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
