# frozen_string_literal: true

# The store has one connection to the database, and one request at a time may use it.
threads 1, 1
port 4567
