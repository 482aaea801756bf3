-- What people looked for: a button has no room for the words, only for their key.

-- +goose Up
CREATE TABLE searches (
    search_id TEXT   PRIMARY KEY, -- hash of words
    words     TEXT   NOT NULL,
    used_at   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE searches;
