import { testReleases } from './releases.ts'

testReleases('sealed')
