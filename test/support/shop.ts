// A small project on compose, for runs that are about GitHub: its app talks to a service that needs no image of its own.
import type { FileMap } from './projects.ts'

const COMPOSE = `services:
  app:
    image: debian:trixie-slim
    command: sleep infinity
    volumes: ["..:/workspaces/shop"]
  stock:
    image: debian:trixie-slim
    command: ["perl", "-MIO::Socket::INET", "-e", "my $$s = IO::Socket::INET->new(Listen => 5, LocalPort => 8000, ReuseAddr => 1) or die; while (my $$c = $$s->accept) { print $$c qq(in stock\\\\n); close $$c }"]
    expose: ["8000"]
`

const TEST = `#!/bin/bash
# Fails when the sum is wrong or the stock can't be asked.
set -eu
test "$(bash src/total.sh 2 3)" = 5
exec 3<>/dev/tcp/stock/8000
test "$(cat <&3)" = 'in stock'
echo all is well
`

export const SHOP: FileMap = {
  '.devcontainer/devcontainer.json': JSON.stringify({
    ...{ dockerComposeFile: 'compose.yml', service: 'app', workspaceFolder: '/workspaces/shop' },
  }),
  '.devcontainer/compose.yml': COMPOSE,
  'README.md': '# A shop\n\nIt adds up prices.\n',
  'src/total.sh': '#!/bin/bash\n# Adds up two prices.\nset -eu\n\necho "$(($1 + $2))"\n',
  'src/prices.txt': Array.from({ length: 20 }, (_, index) => `item ${index + 1}: ${index * 3}\n`).join(''),
  'test.sh': { run: TEST },
}
