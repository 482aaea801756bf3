-- Updates that Telegram need not give again though they are not answered yet.

-- +goose Up
CREATE TABLE inbox (
    update_id BIGINT PRIMARY KEY,
    body      TEXT   NOT NULL, -- JSON of the update as the bot reads it
    kept_at   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE inbox;
