// What the scripted model does with examples/orders: what anybody would.
import type { ToolStep } from './model.ts'

const STORE = '/workspaces/orders/lib/orders/store.rb'

const OLD = `        ON CONFLICT (order_id, sku) DO UPDATE SET quantity = items.quantity + excluded.quantity
      SQL
`

const bash = (command: string, description: string): ToolStep => ({ tool: 'Bash', input: { command, description } })

export const DEMO_STEPS: { readonly steps: readonly ToolStep[]; readonly text: string } = {
  steps: [
    bash('rake test', 'Run the tests'),
    { tool: 'Read', input: { file_path: STORE } },
    {
      tool: 'Edit',
      input: { file_path: STORE, old_string: OLD, new_string: `${OLD}      @totals.forget(order_id)\n` },
    },
    bash('rake test', 'Run the tests again'),
  ],
  text: 'The total of an order is remembered in Redis. Removing an item made it be forgotten, adding one did not, so a total that had been asked for before stayed as it was. `add_item` now forgets it too, and all tests pass.',
}
