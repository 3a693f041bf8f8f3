// The scripted model's way through examples/orders: see the test fail, find the reason, mend it, see it pass.
import type { Script } from './scenarios.ts'

const STORE = '/workspaces/orders/lib/orders/store.rb'
const LAST_LINES_OF_ADD_ITEM = `\
        ON CONFLICT (order_id, sku) DO UPDATE SET quantity = items.quantity + excluded.quantity
      SQL
`

export const DEMO: Script = {
  steps: [
    {
      text: "I'll run the tests first to see what fails.",
      tool: 'Bash',
      input: { command: 'rake test', description: 'Run the test suite' },
    },
    {
      text: 'The total is still the old one after an item was added. Totals are cached; let me see who keeps the cache right.',
      tool: 'Read',
      input: { file_path: STORE },
    },
    {
      text: '`remove_item` makes the cache forget the total, `add_item` does not: that is the bug.',
      tool: 'Edit',
      input: {
        file_path: STORE,
        old_string: LAST_LINES_OF_ADD_ITEM,
        new_string: `${LAST_LINES_OF_ADD_ITEM}      @totals.forget(order_id)\n`,
      },
    },
    {
      text: 'Now the tests again.',
      tool: 'Bash',
      input: { command: 'rake test', description: 'Run the test suite again' },
    },
  ],
  end: `All 16 tests pass now.

\`Store#add_item\` changed an order's items but left the cached total in Redis as it was, so a total that had been asked for
once stayed the same when an item was added. It now forgets the cached total, as \`remove_item\` always did.`,
}
