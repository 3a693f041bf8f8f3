// Paths that make somebody's machine do something later, by themselves. A change to one is kept back for a person.

export interface ProtectedPath {
  /** picomatch globs, case-insensitive: file systems of developers' machines often are. */
  readonly globs: readonly string[]
  readonly reason: string
}

export const PROTECTED_PATHS: readonly ProtectedPath[] = [
  {
    globs: [
      '.github/workflows/**',
      '.github/actions/**',
      '.gitlab-ci.yml',
      '.gitlab/**',
      '.circleci/**',
      '.buildkite/**',
      '.forgejo/workflows/**',
      '.gitea/workflows/**',
      '.teamcity/**',
      '.semaphore/**',
      '.tekton/**',
    ],
    reason: 'CI runs it with the repository’s secrets',
  },
  {
    globs: [
      'azure-pipelines.y?(a)ml',
      'Jenkinsfile',
      'bitbucket-pipelines.yml',
      '.travis.yml',
      '.drone.yml',
      '.woodpecker/**',
      '.woodpecker.y?(a)ml',
      '?(.)appveyor.yml',
      'buildspec.y?(a)ml',
      'cloudbuild.y?(a)ml',
    ],
    reason: 'CI runs it with the repository’s secrets',
  },
  {
    globs: [
      '**/.devcontainer/**',
      '**/.devcontainer.json',
      '**/?(docker-)compose*.y?(a)ml',
      '**/.env',
      '.airlock.y?(a)ml',
    ],
    // Compose reads .env whatever the project means by it: COMPOSE_FILE in it starts other containers than those looked at.
    reason: 'it defines the next sandbox, and what a plain start of the containers may do on the host',
  },
  {
    globs: ['**/.gitattributes', '**/.gitmodules', '**/.gitconfig', '**/.lfsconfig', '**/.githooks/**'],
    reason: 'git acts on it: filters, merge drivers, submodule addresses',
  },
  {
    globs: [
      '**/.husky/**',
      '**/.pre-commit-config.yaml',
      '**/lefthook.y?(a)ml',
      '**/.lefthook/**',
      '**/.overcommit.yml',
    ],
    reason: 'it runs at the next commit',
  },
  {
    globs: [
      '**/.vscode/**',
      '**/.idea/**',
      '**/*.code-workspace',
      '**/.zed/**',
      '**/.vs/**',
      '**/.fleet/**',
      '**/*.sublime-project',
      '**/.nvim.lua',
      '**/.nvimrc',
      '**/.lvimrc',
      '**/.exrc',
      '**/.vimrc',
      '**/.dir-locals.el',
    ],
    reason: 'an editor acts on it when the folder is opened',
  },
  {
    globs: [
      '**/.claude/**',
      '**/.claude.json',
      '**/.mcp.json',
      '**/CLAUDE.md',
      '**/CLAUDE.local.md',
      '**/AGENTS.md',
      '**/.cursor/**',
      '**/.cursorrules',
      '**/GEMINI.md',
      '**/.gemini/**',
      '**/.windsurf/**',
      '**/.windsurfrules',
      '**/.clinerules',
      '**/.clinerules/**',
      '**/.aider.conf.yml',
      '**/.codex/**',
      '.github/copilot-instructions.md',
      '.github/instructions/**',
    ],
    reason: 'it instructs or configures the next agent, hooks included',
  },
  {
    globs: ['**/.envrc', '**/.tool-versions', '**/mise.toml', '**/.mise.toml', '**/.mise/**', '**/.autoenv*'],
    reason: 'a shell acts on it when somebody enters the folder',
  },
  {
    globs: [
      '**/.npmrc',
      '**/.yarnrc*',
      '**/.yarn/**',
      '**/.pnpmfile.cjs',
      '**/.pypirc',
      '**/pip.conf',
      '**/.bundle/config',
      '**/.cargo/config*',
      '**/bunfig.toml',
      '**/nuget.config',
      '**/.mvn/**',
      '**/gradle-wrapper.properties',
      '**/.condarc',
      '**/.bazelrc',
      '**/.gdbinit',
      '**/.lldbinit',
      '**/.ripgreprc',
    ],
    reason: 'it redirects a package manager or tool, or makes it run something',
  },
  { globs: ['**/CODEOWNERS'], reason: 'it decides who has to review' },
]
