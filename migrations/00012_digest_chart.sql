-- Whether a chart of rates follows a chat's digest.

-- +goose Up
ALTER TABLE digests ADD COLUMN with_chart BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE digests DROP COLUMN with_chart;
