# frozen_string_literal: true

require_relative 'test_helper'

class StoreTest < Minitest::Test
  include Services

  def setup
    super
    @order = store.place('Ada')
  end

  def add(sku, quantity, unit_price_cents) = store.add_item(@order, sku:, quantity:, unit_price_cents:)

  def test_a_new_order_is_empty
    assert_empty store.items(@order)
    assert_equal 0, store.total_cents(@order)
  end

  def test_the_total_is_quantity_times_price
    add('pen', 3, 250)
    add('ink', 1, 1200)
    assert_equal 1950, store.total_cents(@order)
  end

  def test_the_same_item_again_raises_its_quantity
    add('pen', 1, 250)
    add('pen', 2, 250)
    assert_equal [{ sku: 'pen', quantity: 3, unit_price_cents: 250 }], store.items(@order)
  end

  def test_the_total_follows_an_item_that_is_added
    add('pen', 2, 250)
    assert_equal 500, store.total_cents(@order)
    add('ink', 1, 1200)
    assert_equal 1700, store.total_cents(@order)
  end

  def test_the_total_follows_an_item_that_is_removed
    add('pen', 2, 250)
    add('ink', 1, 1200)
    assert_equal 1700, store.total_cents(@order)
    store.remove_item(@order, 'ink')
    assert_equal 500, store.total_cents(@order)
  end

  def test_orders_do_not_mix
    other = store.place('Grace')
    add('pen', 1, 250)
    store.add_item(other, sku: 'ink', quantity: 1, unit_price_cents: 1200)
    assert_equal [250, 1200], [store.total_cents(@order), store.total_cents(other)]
  end

  def test_the_database_refuses_a_quantity_of_zero
    assert_raises(PG::CheckViolation) { add('pen', 0, 250) }
  end

  def test_an_unknown_order_is_an_error
    assert_raises(Orders::Store::NotFound) { store.total_cents(99) }
  end
end
