# frozen_string_literal: true

require 'json'
require 'sinatra/base'

module Orders
  # The service's HTTP side: JSON in, JSON out.
  class Api < Sinatra::Base
    # The caller's mistakes are answered below; what is left goes to the web server, which logs it and answers 500.
    set :show_exceptions, false
    set :dump_errors, false
    set :raise_errors, true

    def initialize(store)
      super(nil)
      @store = store
    end

    before { content_type :json }

    post '/orders' do
      status 201
      { id: @store.place(given('customer')) }.to_json
    end

    get('/orders/:id') { order.to_json }

    post '/orders/:id/items' do
      @store.add_item(id, sku: given('sku'), quantity: given('quantity'), unit_price_cents: given('unit_price_cents'))
      status 201
      order.to_json
    end

    delete '/orders/:id/items/:sku' do
      @store.remove_item(id, params['sku'])
      order.to_json
    end

    error(Store::NotFound) { failure(404) }
    error(JSON::ParserError) { failure(400) }
    error(KeyError) { failure(422) }
    error(PG::IntegrityConstraintViolation, PG::DataException) { failure(422) }

    private

    def id = Integer(params['id'], exception: false) || raise(Store::NotFound, "no order #{params['id']}")

    def order = { id:, items: @store.items(id), total_cents: @store.total_cents(id) }

    def given(name)
      @given ||= Hash.try_convert(JSON.parse(request.body.read)) || raise(JSON::ParserError, 'not a JSON object')
      @given.fetch(name)
    end

    def failure(code)
      status code
      { error: env['sinatra.error'].message.lines.first.chomp }.to_json
    end
  end
end
