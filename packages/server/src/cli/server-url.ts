import { InvalidArgumentError, Option } from 'commander'
import type { CommandContext } from './command-context.ts'

/** `--url` of the commands that ask a running server: by default the one that `holdfast start` would start here. */
export function urlOption(context: CommandContext): Option {
  return new Option('--url <url>', 'address of the Query API')
    .default(defaultUrl(context.env))
    .argParser((text) => {
      if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text
      throw new InvalidArgumentError('It takes an address such as http://127.0.0.1:5050.')
    })
}

function defaultUrl(env: CommandContext['env']): string {
  const host = env['HOLDFAST_HOST'] || '127.0.0.1'
  const port = env['HOLDFAST_PORT'] || '5050'
  // An address that stands for all of them is reached by the loopback one.
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
