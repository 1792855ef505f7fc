import { createVisitor } from '../../local/sign-in/visitor.ts'

/** The browser that the start opens (`xdg-open`): a person who signs in and consents. */
const [authorizeUrl = ''] = process.argv.slice(2)
const person = { username: 'ada@outlook.example', password: 'open-sesame' }
const { body, status, url } = await createVisitor().signIn({ authorizeUrl, ...person })
console.log(`${status} ${url}\n${body}`)
