# frozen_string_literal: true

ENV['APP_ENV'] = 'test'
$LOAD_PATH.unshift(File.expand_path('../lib', __dir__))

require 'minitest/autorun'
require 'orders'

# Real services, but the tests' own corner of each: they empty it before every test.
module Services
  DATABASE = PG.connect(ENV.fetch('TEST_DATABASE_URL', 'postgres://orders:orders@db:5432/orders_test'))
  REDIS = Redis.new(url: ENV.fetch('TEST_REDIS_URL', 'redis://redis:6379/1'))

  attr_reader :store

  def setup
    DATABASE.exec('TRUNCATE orders, items RESTART IDENTITY')
    REDIS.flushdb
    @store = Orders::Store.new(DATABASE, Orders::Totals.new(REDIS))
  end
end
