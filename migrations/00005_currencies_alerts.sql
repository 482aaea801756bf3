-- What a chat follows: its own list of currencies, and the alerts it asked for.

-- +goose Up
ALTER TABLE chats ADD COLUMN currencies TEXT NOT NULL DEFAULT ''; -- comma separated codes; empty is the usual ones

-- The key is what is watched for: asking for the same again is one alert.
CREATE TABLE alerts (
    chat_id    BIGINT  NOT NULL,
    code       TEXT    NOT NULL,
    kind       TEXT    NOT NULL, -- above, below, change
    threshold  TEXT    NOT NULL, -- tenge for nominal units; per cent for change
    nominal    BIGINT  NOT NULL,
    thread_id  BIGINT  NOT NULL,
    armed      BOOLEAN NOT NULL, -- the next crossing is told
    checked    BIGINT  NOT NULL, -- date of the last rate it was held against
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (chat_id, code, kind, threshold)
);
CREATE INDEX alerts_checked ON alerts (code, checked);

-- +goose Down
DROP TABLE alerts;
ALTER TABLE chats DROP COLUMN currencies;
