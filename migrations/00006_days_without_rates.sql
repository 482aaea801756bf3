-- The past dates for which the bank has said that it has no list, so that they
-- are not asked for again.

-- +goose Up
CREATE TABLE rateless_days (
    rate_date BIGINT NOT NULL PRIMARY KEY, -- midnight UTC of the civil date
    asked_at  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE rateless_days;
