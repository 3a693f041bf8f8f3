# frozen_string_literal: true

module Orders
  # Orders and their items. Prices and totals are whole cents.
  class Store
    class NotFound < StandardError; end

    def initialize(database, totals)
      @database = database
      @totals = totals
    end

    # Returns the new order's id.
    def place(customer)
      query('INSERT INTO orders (customer) VALUES ($1) RETURNING id', customer).getvalue(0, 0).to_i
    end

    # An item that the order already has gets its quantity raised; it keeps its price.
    def add_item(order_id, sku:, quantity:, unit_price_cents:)
      check(order_id)
      query(<<~SQL, order_id, sku, quantity, unit_price_cents)
        INSERT INTO items (order_id, sku, quantity, unit_price_cents) VALUES ($1, $2, $3, $4)
        ON CONFLICT (order_id, sku) DO UPDATE SET quantity = items.quantity + excluded.quantity
      SQL
    end

    def remove_item(order_id, sku)
      check(order_id)
      query('DELETE FROM items WHERE order_id = $1 AND sku = $2', order_id, sku)
      @totals.forget(order_id)
    end

    def items(order_id)
      check(order_id)
      query('SELECT sku, quantity, unit_price_cents FROM items WHERE order_id = $1 ORDER BY sku', order_id).map do |row|
        { sku: row['sku'], quantity: row['quantity'].to_i, unit_price_cents: row['unit_price_cents'].to_i }
      end
    end

    def total_cents(order_id)
      check(order_id)
      @totals.fetch(order_id) do
        query('SELECT coalesce(sum(quantity * unit_price_cents), 0) FROM items WHERE order_id = $1', order_id)
          .getvalue(0, 0).to_i
      end
    end

    private

    def query(sql, *values) = @database.exec_params(sql, values)

    def check(order_id)
      found = query('SELECT 1 FROM orders WHERE id = $1', order_id)
      raise NotFound, "no order #{order_id}" if found.ntuples.zero?
    end
  end
end
