-- What a chat wants to hear of by itself, and when without a sound.

-- +goose Up
ALTER TABLE chats ADD COLUMN topics TEXT NOT NULL DEFAULT '';              -- of its digest, comma separated; empty is all
ALTER TABLE chats ADD COLUMN no_breaking BOOLEAN NOT NULL DEFAULT FALSE;   -- opted out of breaking news
ALTER TABLE chats ADD COLUMN no_newsroom BOOLEAN NOT NULL DEFAULT FALSE;   -- opted out of the newsroom's messages
ALTER TABLE chats ADD COLUMN quiet_from INTEGER NOT NULL DEFAULT 0;        -- minute of the day in the chat's zone
ALTER TABLE chats ADD COLUMN quiet_to INTEGER NOT NULL DEFAULT 0;          -- equal to quiet_from: no quiet hours
ALTER TABLE chats ADD COLUMN owner_id BIGINT NOT NULL DEFAULT 0;           -- who brought the bot into a group or channel; 0 is unknown

-- What a new private chat begins with.
UPDATE chats SET quiet_from = 1380, quiet_to = 420 WHERE kind = 'private';

-- An article is about one of the eight topics, or none is known.
UPDATE articles SET topic = '' WHERE topic <> ''
    AND topic NOT IN ('economy', 'politics', 'society', 'incidents', 'sport', 'world', 'technology', 'culture');

-- +goose Down
ALTER TABLE chats DROP COLUMN owner_id;
ALTER TABLE chats DROP COLUMN quiet_to;
ALTER TABLE chats DROP COLUMN quiet_from;
ALTER TABLE chats DROP COLUMN no_newsroom;
ALTER TABLE chats DROP COLUMN no_breaking;
ALTER TABLE chats DROP COLUMN topics;
