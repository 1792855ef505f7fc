import { expect } from 'vitest'
import { Secret } from '../shared/secret.ts'

// Without this, any two secrets would be equal, because nothing of them can be enumerated.
expect.addEqualityTesters([
  (one, other) => (one instanceof Secret && other instanceof Secret ? one.equals(other) : undefined),
])
