// Every input there is, once: the Action's inputs, the command line's flags, the help and the documentation come from
// this table. Names that claude-code-action has too keep its meaning.
import { GITHUB_INPUTS } from './github-inputs.ts'
import { group, type Input, lines, text, words } from './input-rows.ts'

export { GROUPS, type Input } from './input-rows.ts'

export const INPUTS: readonly Input[] = [
  group('The task', [
    text('prompt', 'TEXT', 'What Claude shall do.'),
    text(
      'prompt_file',
      'FILE',
      'A file that holds the prompt, instead of `prompt`. On the command line, `-` reads standard input.',
    ),
    text(
      'directory',
      'FOLDER',
      "The project's folder. On the command line it may stand by itself: `airlock run FOLDER`.",
      { default: '.' },
    ),
  ]),
  ...GITHUB_INPUTS,
  group('Claude', [
    text(
      'anthropic_api_key',
      'KEY',
      'API key for the model. It goes to the gateway and never into the sandbox. Give this or `claude_code_oauth_token`.',
      { where: 'action' },
    ),
    text(
      'claude_code_oauth_token',
      'TOKEN',
      'OAuth token of a Claude subscription (made by `claude setup-token`), instead of an API key.',
      { where: 'action' },
    ),
    text(
      'claude_args',
      'ARGS',
      'More arguments for `claude`, such as `--model opus --json-schema \'{"type":"object"}\'`. Split as a shell would, but never run by one.',
    ),
    text('settings', 'JSON|FILE', 'Settings for Claude Code: JSON, or the path of a JSON file.'),
    text(
      'claude_version',
      'VERSION',
      'Version of Claude Code: exact, `latest` or `stable`. By default the one that Airlock is tested with.',
    ),
    text(
      'claude_npm_registry',
      'URL',
      'An npm registry to install Claude Code from, where its own distribution is out of reach.',
    ),
  ]),
  group('The project', [
    text(
      'config_file',
      'FILE',
      'The devcontainer.json to use, relative to the project. By default the one in its usual place.',
    ),
    lines('compose_file', 'FILE', 'Compose file of a project that has no devcontainer; several are merged in order.'),
    text('base_image', 'IMAGE', 'The image Claude works in, for a project that has no devcontainer.'),
    text('base_dockerfile', 'FILE', 'A Dockerfile for it, instead of `base_image`.'),
    text('service', 'NAME', 'The compose service that Claude works in, where devcontainer.json does not name one.'),
    words('services', 'NAMES', 'The services to start. By default what devcontainer.json says, or all of them.'),
  ]),
  group('What Claude sees and may change', [
    lines('include', 'GLOB', 'Files that git ignores and that Claude shall see all the same, such as `.env.test`.'),
    lines('exclude', 'GLOB', 'Files that Claude shall not see.'),
    lines(
      'protected_paths',
      'GLOB',
      'Files whose changes are held back for a person to look at, beyond the built-in list; `!GLOB` takes one off that list.',
    ),
    lines(
      'allow',
      "'RULE REASON'",
      'A finding of the audit that is accepted on purpose, with the reason: `AL107 the service needs it`. A project can say so for all its runs in `.airlock.yml` (docs/audit.md).',
    ),
  ]),
  group('The network', [
    words(
      'allowed_domains',
      'DOMAINS',
      'Domains that the sandbox may reach through the gateway: `example.com`, `.example.com` for all below it, `example.com:8443`. By default none but the model.',
    ),
    words(
      'egress_presets',
      'NAMES',
      'Package registries by name: npm, pypi, rubygems, crates, go, maven, debian, ubuntu, alpine, github.',
    ),
  ]),
  group('Limits', [
    text('timeout_minutes', 'MINUTES', "How long Claude may work. Airlock's own start and end do not count.", {
      default: '30',
    }),
    text('max_turns', 'COUNT', 'How many turns Claude may take.'),
    text('max_cost_usd', 'DOLLARS', 'What the run may cost, by the prices that Claude Code knows.'),
    text('memory', 'SIZE', 'Memory of the sandbox, such as `512m` or `4g`.', { default: '4g' }),
    text('cpus', 'COUNT', 'Processors of the sandbox, such as `1.5`; at most what the engine has.', { default: '2' }),
    text('pids_limit', 'COUNT', 'Processes and threads in the sandbox.', { default: '2048' }),
    text('max_output', 'SIZE', "Size of Claude's output stream before the run is stopped.", { default: '64m' }),
    text('max_patch_files', 'COUNT', 'Files that a patch may change before it is refused.', { default: '2000' }),
    text('max_patch_size', 'SIZE', 'Size of a patch before it is refused.', { default: '32m' }),
    text('runtime', 'NAME', 'OCI runtime for the sandbox, such as `runsc` for a kernel of its own.'),
  ]),
  group('Results', [
    text(
      'output_dir',
      'FOLDER',
      "Where the patch, the transcript and the result are written. By default a new folder outside the project: the runner's temporary one, or the user's state folder.",
    ),
  ]),
].flat()

/** `--max-turns` for `max_turns`. */
export const flagOf = (name: string): string => `--${name.replaceAll('_', '-')}`
