-- Digests that are due are read in the order of this index: with many due in one
-- minute, an index of the time alone would have to sort them all for each slice.

-- +goose Up
DROP INDEX digests_due;
CREATE INDEX digests_due ON digests (next_at, chat_id) WHERE is_on;

-- +goose Down
DROP INDEX digests_due;
CREATE INDEX digests_due ON digests (next_at) WHERE is_on;
