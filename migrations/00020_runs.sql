-- A broadcast, its correction and its recall are runs over chats: of which kind,
-- to whom, when and by whose leave. What became of each chat is in recipients (00021).

-- +goose Up
ALTER TABLE broadcasts ADD COLUMN kind TEXT NOT NULL DEFAULT 'send';         -- send, correct, recall
ALTER TABLE broadcasts ADD COLUMN target_id TEXT NOT NULL DEFAULT '';        -- the broadcast that is corrected or recalled
ALTER TABLE broadcasts ADD COLUMN category TEXT NOT NULL DEFAULT 'newsroom'; -- newsroom, breaking
ALTER TABLE broadcasts ADD COLUMN audience TEXT NOT NULL DEFAULT '{}';       -- JSON: who of those that want it
ALTER TABLE broadcasts ADD COLUMN critical BOOLEAN NOT NULL DEFAULT FALSE;   -- with a sound in quiet hours too
ALTER TABLE broadcasts ADD COLUMN start_at BIGINT NOT NULL DEFAULT 0;        -- 0: when it is confirmed
ALTER TABLE broadcasts ADD COLUMN approver_id BIGINT NOT NULL DEFAULT 0;     -- the second editor
ALTER TABLE broadcasts ADD COLUMN title TEXT NOT NULL DEFAULT '';            -- plain, for lists
ALTER TABLE broadcasts ADD COLUMN media TEXT NOT NULL DEFAULT 'text';        -- what its message holds: text, caption, none
ALTER TABLE broadcasts ADD COLUMN too_late INTEGER NOT NULL DEFAULT 0;       -- chats for which it came too late
ALTER TABLE broadcasts ADD COLUMN retrying INTEGER NOT NULL DEFAULT 0;       -- chats whose delivery waits in the outbox
CREATE INDEX broadcasts_created ON broadcasts (created_at, broadcast_id);
CREATE INDEX broadcasts_state ON broadcasts (state) WHERE state IN ('scheduled', 'running', 'paused');

-- Ranges of chats that a process works through.
CREATE TABLE slices (
    batch       TEXT   NOT NULL, -- broadcast_id
    from_id     BIGINT NOT NULL, -- chat ids, both ends included
    to_id       BIGINT NOT NULL,
    holder      TEXT   NOT NULL, -- empty: free
    lease_until BIGINT NOT NULL,
    PRIMARY KEY (batch, from_id)
);

-- A correction or a recall that waits in the outbox for another try.
ALTER TABLE outbox ADD COLUMN action TEXT NOT NULL DEFAULT '';           -- empty: send; edit, delete
ALTER TABLE outbox ADD COLUMN target_message_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN more_ids TEXT NOT NULL DEFAULT '';         -- the other messages of an album, comma separated
ALTER TABLE outbox ADD COLUMN silent BOOLEAN NOT NULL DEFAULT FALSE;     -- without a sound, whatever the message says

-- When a chat was last heard of, to the day: who is active is asked in days.
ALTER TABLE chats ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE chats SET seen_at = changed_at;

-- +goose Down
ALTER TABLE chats DROP COLUMN seen_at;
ALTER TABLE outbox DROP COLUMN silent;
ALTER TABLE outbox DROP COLUMN more_ids;
ALTER TABLE outbox DROP COLUMN target_message_id;
ALTER TABLE outbox DROP COLUMN action;
DROP TABLE slices;
DROP INDEX broadcasts_state;
DROP INDEX broadcasts_created;
ALTER TABLE broadcasts DROP COLUMN retrying;
ALTER TABLE broadcasts DROP COLUMN too_late;
ALTER TABLE broadcasts DROP COLUMN media;
ALTER TABLE broadcasts DROP COLUMN title;
ALTER TABLE broadcasts DROP COLUMN approver_id;
ALTER TABLE broadcasts DROP COLUMN start_at;
ALTER TABLE broadcasts DROP COLUMN critical;
ALTER TABLE broadcasts DROP COLUMN audience;
ALTER TABLE broadcasts DROP COLUMN category;
ALTER TABLE broadcasts DROP COLUMN target_id;
ALTER TABLE broadcasts DROP COLUMN kind;
