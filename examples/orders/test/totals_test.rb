# frozen_string_literal: true

require_relative 'test_helper'

class TotalsTest < Minitest::Test
  include Services

  def totals = Orders::Totals.new(REDIS)

  def test_asks_once_and_remembers
    assert_equal 1250, totals.fetch(7) { 1250 }
    assert_equal(1250, totals.fetch(7) { flunk 'asked again' })
  end

  def test_keeps_orders_apart
    totals.fetch(7) { 1250 }
    assert_equal 300, totals.fetch(8) { 300 }
  end

  def test_forgets
    totals.fetch(7) { 1250 }
    totals.forget(7)
    assert_equal 900, totals.fetch(7) { 900 }
  end
end
