-- Pictures that Telegram already holds: what was drawn once is not drawn again.

-- +goose Up
CREATE TABLE pictures (
    picture_key TEXT   PRIMARY KEY, -- hash of all that the picture shows
    file_id     TEXT   NOT NULL,    -- Telegram's, of use to this bot only
    saved_at    BIGINT NOT NULL
);

-- +goose Down
DROP TABLE pictures;
