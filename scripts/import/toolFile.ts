const header = 'tenant,environment,refreshToken'

/** The name of another tool's file, and the place of its refresh token. */
interface ToolFile {
  readonly name: string
  readonly where: string
}

/**
 * Recognizes the files in which current tools store their single refresh token.
 * @returns how to convert such a file to the columns; undefined if the text isn't such a file. Never contains a token.
 */
export function explainToolFile(text: string): string | undefined {
  const tool = toolOf(text.trim())
  if (!tool) return undefined
  return [
    `This is ${tool.name}, and not a CSV file.`,
    'Make a CSV file with one line for each advertiser:',
    `  ${header}`,
    `  <your id of the advertiser>,production,<${tool.where}>`,
    'The broker must use the client id that the token was issued to.',
  ].join('\n')
}

function toolOf(text: string): ToolFile | undefined {
  if (/^[{[]/.test(text)) return jsonTool(text)
  if (/^(?:export\s+)?[A-Za-z_]\w*\s*=/m.test(text) && !text.split(/\r?\n/, 1)[0]?.startsWith('sep='))
    return envFile(text)
  if (/^[^\s,;]{40,}$/.test(text)) {
    return {
      name: 'a lone token, like refresh.txt of Microsoft’s SDK samples',
      where: 'the token in the file',
    }
  }
  return undefined
}

function jsonTool(text: string): ToolFile {
  if (/"(?:oauth_client_id|account_ids)"/.test(text)) {
    return { name: 'tap-bing-ads’ config.json', where: 'the value of refresh_token' }
  }
  if (/"(?:connectionConfiguration|auth_method|lookback_window)"/.test(text)) {
    return {
      name: 'an Airbyte configuration',
      where: 'the value of refresh_token in connectionConfiguration',
    }
  }
  return { name: 'a JSON file', where: 'the value of its refresh token' }
}

function envFile(text: string): ToolFile | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  const isEnv = lines.every((line) => /^\s*(?:export\s+)?[A-Za-z_]\w*\s*=/.test(line))
  if (!isEnv) return undefined
  const name = lines.map((line) => line.match(/(\w*refresh\w*)\s*=/i)?.[1]).find((found) => found)
  return { name: 'an .env file', where: name ? `the value of ${name}` : 'the value of its refresh token' }
}
