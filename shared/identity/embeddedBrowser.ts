/**
 * Marks of browsers inside other apps, in their user agents: Android's WebView (developer.chrome.com, "User-Agent in
 * WebView"), and the apps that name themselves. An iPhone's browsers name Safari, a web view inside an app doesn't.
 */
const marks = [
  /; wv\)/,
  /\b(FBAN|FBAV|FB_IAB|Instagram|MicroMessenger|LinkedInApp|Snapchat|BytedanceWebview|musical_ly)\b/,
  /\bLine\//,
  /\[Pinterest\//,
]
const appleDevice = /\((iPhone|iPad|iPod)\b/

/**
 * Whether a user agent is a browser inside another app, where Google refuses to sign people in
 * (`disallowed_useragent`; developers.google.com/identity/protocols/oauth2/web-server, "Authorization errors"). Only a
 * guess: some such browsers hide it.
 */
export function isEmbeddedBrowser(userAgent: string): boolean {
  if (marks.some((mark) => mark.test(userAgent))) return true
  return appleDevice.test(userAgent) && !userAgent.includes('Safari/')
}
