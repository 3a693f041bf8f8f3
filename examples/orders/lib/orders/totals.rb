# frozen_string_literal: true

module Orders
  # Totals of orders in cents, remembered in Redis. Adding up an order's items takes a query, and the shop's start page
  # asks for totals far more often than orders change.
  class Totals
    def initialize(redis)
      @redis = redis
    end

    # The remembered total, or the block's, which is remembered from now on.
    def fetch(order_id)
      remembered = @redis.get(key(order_id))
      return Integer(remembered) if remembered

      yield.tap { |total| @redis.set(key(order_id), total) }
    end

    # To be called whenever an order's items have changed.
    def forget(order_id)
      @redis.del(key(order_id))
    end

    private

    def key(order_id) = "orders:#{order_id}:total"
  end
end
