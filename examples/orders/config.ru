# frozen_string_literal: true

$LOAD_PATH.unshift(File.expand_path('lib', __dir__))
require 'orders'

run Orders::Api.new(Orders.connect)
