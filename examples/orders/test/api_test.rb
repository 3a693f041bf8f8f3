# frozen_string_literal: true

require_relative 'test_helper'
require 'rack/test'

class ApiTest < Minitest::Test
  include Services
  include Rack::Test::Methods

  def app = Orders::Api.new(store)

  def post_json(path, body) = post(path, body.to_json, 'CONTENT_TYPE' => 'application/json')

  def answer = JSON.parse(last_response.body, symbolize_names: true)

  def test_an_order_from_placing_to_removing
    post_json '/orders', { customer: 'Ada' }
    assert_equal [201, { id: 1 }], [last_response.status, answer]
    post_json '/orders/1/items', { sku: 'pen', quantity: 2, unit_price_cents: 250 }
    assert_equal [201, 500], [last_response.status, answer[:total_cents]]
    delete '/orders/1/items/pen'
    assert_equal({ id: 1, items: [], total_cents: 0 }, answer)
  end

  def test_a_missing_field_is_named
    post_json '/orders', {}
    assert_equal 422, last_response.status
    assert_match(/customer/, answer[:error])
  end

  def test_an_unknown_order_is_not_found
    get '/orders/99'
    assert_equal [404, { error: 'no order 99' }], [last_response.status, answer]
  end

  def test_what_is_not_a_json_object_is_refused
    ['customer=Ada', '["Ada"]', ''].each do |body|
      post '/orders', body, 'CONTENT_TYPE' => 'application/json'
      assert_equal 400, last_response.status, body
    end
  end

  def test_what_the_database_refuses_is_the_callers_mistake
    store.place('Ada')
    post_json '/orders/1/items', { sku: 'pen', quantity: -1, unit_price_cents: 250 }
    assert_equal 422, last_response.status
  end
end
