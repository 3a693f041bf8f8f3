# frozen_string_literal: true

require 'pg'
require 'redis'
require 'orders/totals'
require 'orders/store'
require 'orders/api'

# Orders, kept in Postgres; their totals, cached in Redis.
module Orders
  # A store on the database and the cache that the environment names.
  def self.connect(database_url: ENV.fetch('DATABASE_URL'), redis_url: ENV.fetch('REDIS_URL'))
    Store.new(PG.connect(database_url), Totals.new(Redis.new(url: redis_url)))
  end
end
