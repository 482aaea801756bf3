-- Chats that the bot may not write in, and what breaking news is about.

-- +goose Up
ALTER TABLE chats ADD COLUMN rights_told_at BIGINT NOT NULL DEFAULT 0;    -- when its owner was told that the bot may not write; 0: not, or it may
ALTER TABLE chats ADD COLUMN rights_checked_at BIGINT NOT NULL DEFAULT 0; -- when it was last asked whether the bot may write again
CREATE INDEX chats_no_rights ON chats (rights_checked_at, chat_id) WHERE inactive_reason = 'no_rights';
UPDATE chats SET inactive_reason = 'no_rights' WHERE NOT active AND inactive_reason = 'the bot may not write';
UPDATE chats SET inactive_reason = 'blocked' WHERE NOT active AND inactive_reason = 'the bot was blocked';
UPDATE chats SET inactive_reason = 'kicked' WHERE NOT active AND inactive_reason = 'the bot was removed';

-- The article that a broadcast tells: a digest does not tell its story again.
ALTER TABLE broadcasts ADD COLUMN article_id TEXT NOT NULL DEFAULT '';
CREATE INDEX broadcasts_articles ON broadcasts (started_at) WHERE article_id <> '';

-- +goose Down
DROP INDEX broadcasts_articles;
ALTER TABLE broadcasts DROP COLUMN article_id;
DROP INDEX chats_no_rights;
ALTER TABLE chats DROP COLUMN rights_checked_at;
ALTER TABLE chats DROP COLUMN rights_told_at;
