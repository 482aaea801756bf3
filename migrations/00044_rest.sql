-- A broadcast may go to those who do not have another. Which broadcasts' recipients are
-- not known any more, and where a chat has moved from, is looked up for each chat.

-- +goose Up
ALTER TABLE broadcasts ADD COLUMN forgotten BOOLEAN NOT NULL DEFAULT FALSE; -- its recipients are being deleted
CREATE INDEX chat_moves_new ON chat_moves (new_id);

-- +goose Down
DROP INDEX chat_moves_new;
ALTER TABLE broadcasts DROP COLUMN forgotten;
