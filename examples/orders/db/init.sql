-- Runs once, in an empty data volume.
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer text NOT NULL CHECK (customer <> ''),
  placed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE items (
  order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
  sku text NOT NULL CHECK (sku <> ''),
  quantity integer NOT NULL CHECK (quantity > 0),
  unit_price_cents integer NOT NULL CHECK (unit_price_cents >= 0),
  PRIMARY KEY (order_id, sku)
);

-- The tests empty their tables: they get a database of their own, with the same tables.
CREATE DATABASE orders_test TEMPLATE orders;
