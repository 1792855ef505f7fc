/**
 * Marks of browsers inside other apps, in their user agents: Android's WebView (developer.chrome.com, "User-Agent in
 * WebView"), and the apps that name themselves. An iPhone's browsers name Safari, a web view inside an app doesn't.
 */
const marks = [
  /; wv\)/,
  /\b(FBAN|FBAV|FB_IAB|Instagram|MicroMessenger|LinkedInApp|Snapchat|BytedanceWebview|musical_ly)\b/,
  /\bLine\//,
  /\[Pinterest\//,
  /\((iPhone|iPad|iPod)\b(?!.*Safari\/)/,
]

/**
 * Whether a user agent is a browser inside another app, where Google refuses to sign people in
 * (`disallowed_useragent`; developers.google.com/identity/protocols/oauth2/web-server, "Authorization errors"). Only a
 * guess: some such browsers hide it.
 */
export function isEmbeddedBrowser(userAgent: string): boolean {
  return marks.some((mark) => mark.test(userAgent))
}
